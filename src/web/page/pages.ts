// Pages for people: templates that escape by default, one style sheet of ours, no script, nothing from elsewhere.
import type { FastifyReply } from 'fastify';
import { Liquid } from 'liquidjs';
import { addFilters } from './filtres.js';
import { templatesFolder } from './dossier.js';
import { hrefOfStyle } from './statique.js';

export type PagesOptions = {
  /** Shown on every page. */
  readonly operateur: string;
  /** Where to write to; undefined: nothing is said. */
  readonly contact: string | undefined;
  /** Path under which the public reaches this server, without a slash at its end: `` or e.g. `/annuaire`. */
  readonly base?: string;
};

/** What a template shows; a key whose value is undefined is not there. */
export type DonneesPage = Readonly<Record<string, unknown>>;

export type Page = {
  /** File of templates/page, without `.html.liquid`: `message`, `console/constats`. */
  readonly gabarit: string;
  readonly status: number;
  readonly titre: string;
  readonly donnees: DonneesPage;
};

export class Pages {
  readonly #options: PagesOptions;
  readonly #engine: Liquid;

  constructor(options: PagesOptions) {
    this.#options = options;
    this.#engine = new Liquid({
      root: templatesFolder(),
      partials: templatesFolder(),
      extname: '.html.liquid',
      cache: true,
      outputEscape: 'escape',
      strictVariables: true,
      strictFilters: true,
      // « {% if x %} » asks whether x is there.
      lenientIf: true,
      ownPropertyOnly: true,
      parseLimit: 1_000_000,
      renderLimit: 5_000,
      memoryLimit: 50_000_000,
    });
    addFilters(this.#engine);
  }

  /** What every link of a page begins with. */
  get base(): string {
    return this.#options.base ?? '';
  }

  /** `cadre`: the template around it, `commun/cadre` for a page that stands alone. */
  send(reply: FastifyReply, page: Page, cadre = 'cadre', autour: DonneesPage = {}): FastifyReply {
    return reply
      .code(page.status)
      .type('text/html; charset=utf-8')
      .send(this.render(page, cadre, autour));
  }

  render({ gabarit, titre, donnees }: Page, cadre: string, autour: DonneesPage): string {
    const { operateur, contact } = this.#options;
    const all = {
      operateur,
      ...(contact !== undefined && { contact }),
      base: this.base,
      style: this.base + hrefOfStyle(),
      titre,
      ...withoutUndefined(autour),
      ...withoutUndefined(donnees),
    };
    const corps = String(this.#engine.renderFileSync(gabarit, all));
    return String(this.#engine.renderFileSync(cadre, { ...all, corps }));
  }
}

function withoutUndefined(donnees: DonneesPage): DonneesPage {
  return Object.fromEntries(Object.entries(donnees).filter(([, valeur]) => valeur !== undefined));
}
