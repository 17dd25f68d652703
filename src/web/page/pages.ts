// Pages for people: templates, one style sheet inside the page, no script, nothing from elsewhere.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FastifyReply } from 'fastify';
import { Liquid, type Template } from 'liquidjs';
import { findMigrationsDirectory } from '../../db/migrate.js';

export type PagesOptions = {
  /** Shown on every page. */
  readonly operateur: string;
  /** Where to write to; undefined: nothing is said. */
  readonly contact: string | undefined;
};

export type Page = {
  readonly gabarit: 'inactivite' | 'message';
  readonly status: number;
  readonly titre: string;
  /** What the template shows; a key without a value is left out. */
  readonly donnees: Readonly<Record<string, string | number | boolean>>;
};

export class Pages {
  readonly #options: PagesOptions;
  readonly #engine = new Liquid({
    outputEscape: 'escape',
    strictVariables: true,
    strictFilters: true,
    // « {% if x %} » asks whether x is there.
    lenientIf: true,
    ownPropertyOnly: true,
    templates: {},
    parseLimit: 1_000_000,
    renderLimit: 5_000,
    memoryLimit: 10_000_000,
  });
  readonly #style = readTemplate('style.css');
  readonly #policy: string;
  readonly #parsed = new Map<string, Template[]>();

  constructor(options: PagesOptions) {
    this.#options = options;
    const hash = createHash('sha256').update(this.#style).digest('base64');
    this.#policy =
      `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; ` +
      `frame-ancestors 'none'`;
  }

  send(reply: FastifyReply, { gabarit, status, titre, donnees }: Page): FastifyReply {
    const { operateur, contact } = this.#options;
    const corps = this.#render(gabarit, donnees);
    const page = this.#render('cadre', {
      operateur,
      ...(contact !== undefined && { contact }),
      titre,
      corps,
      style: this.#style,
    });
    return (
      reply
        .code(status)
        .header('content-security-policy', this.#policy)
        .header('x-frame-options', 'DENY')
        // The address of a page is what lets its holder act: it goes nowhere.
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex, nofollow')
        .type('text/html; charset=utf-8')
        .send(page)
    );
  }

  #render(name: string, donnees: object): string {
    const parsed =
      this.#parsed.get(name) ?? this.#engine.parse(readTemplate(`${name}.html.liquid`));
    this.#parsed.set(name, parsed);
    return String(this.#engine.renderSync(parsed, donnees));
  }
}

/** Beside the migrations, in the folder of the installed program. */
function readTemplate(file: string): string {
  return readFileSync(join(dirname(findMigrationsDirectory()), 'templates', 'page', file), 'utf8');
}
