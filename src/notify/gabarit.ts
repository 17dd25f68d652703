// Templates of the mails: those of the program, and those that the opérateur puts in their place, for all or for a domain.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Liquid, type Template } from 'liquidjs';
import { findMigrationsDirectory } from '../db/migrate.js';
import type { DonneesAvis } from '../domain/avis.js';
import { AppError, messageOf } from '../errors.js';

export type Rendu = {
  /** One line. */
  readonly sujet: string;
  readonly texte: string;
  readonly html: string;
};

export type GabaritsOptions = {
  /** Folder of the opérateur's own. */
  readonly dossier: string | undefined;
  /** Shown in every mail. */
  readonly operateur: string;
};

type Partie = 'sujet.txt' | 'txt' | 'html';

const nameShape = /^[a-z0-9-]{1,60}$/u;
const domaineShape = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/u;

/** A page of text is 4 KiB; what is larger is no template. */
const fileBytesMax = 131_072;
const sujetCharsMax = 200;

/** A loop without an end in somebody's template must end. */
const limits = { parseLimit: 1_000_000, renderLimit: 5_000, memoryLimit: 10_000_000 };
const common = {
  ...limits,
  strictVariables: true,
  strictFilters: true,
  // « {% if x %} » asks whether x is there.
  lenientIf: true,
  ownPropertyOnly: true,
  // No file is ever read from inside a template.
  templates: {},
};

/** Reads each file once: a sender that runs for long is restarted to see a change. */
export class Gabarits {
  readonly #options: GabaritsOptions;
  readonly #text = new Liquid(common);
  readonly #html = new Liquid({ ...common, outputEscape: 'escape' });
  readonly #parsed = new Map<string, Template[] | Error | undefined>();
  readonly #warnings = new Set<string>();

  constructor(options: GabaritsOptions) {
    this.#options = options;
  }

  /** French: templates of the opérateur that could not be used, each told once. */
  get avertissements(): readonly string[] {
    return [...this.#warnings];
  }

  /**
   * A template of the opérateur that fails gives way to the one of the program.
   *
   * @throws AppError `GABARIT_INCONNU`, `GABARIT_ILLISIBLE`: no template can show these data
   */
  render(nom: string, domaine: string, donnees: DonneesAvis): Rendu {
    if (!nameShape.test(nom)) throw unknown(nom);
    const context = { ...donnees, operateur: this.#options.operateur, domaine };
    const sujet = oneLine(this.#part(nom, 'sujet.txt', domaine, context));
    const texte = this.#part(nom, 'txt', domaine, context);
    const corps = this.#part(nom, 'html', domaine, { ...context, sujet });
    const isWhole = /^\s*<!doctype/iu.test(corps);
    const html = isWhole
      ? corps
      : this.#part('cadre', 'html', domaine, { ...context, sujet, corps });
    return { sujet, texte, html };
  }

  #part(nom: string, partie: Partie, domaine: string, context: object): string {
    const file = `${nom}.${partie}.liquid`;
    for (const path of this.#ownPaths(file, domaine)) {
      try {
        const text = this.#renderFile(path, partie, context);
        if (text !== undefined) return text;
      } catch (error) {
        this.#warnings.add(
          `Gabarit ${path} inutilisable (${firstLine(error)}) : celui du programme est pris à sa place.`,
        );
      }
    }
    return this.#ownProgram(file, nom, partie, context);
  }

  #ownProgram(file: string, nom: string, partie: Partie, context: object): string {
    try {
      const text = this.#renderFile(join(programFolder(), file), partie, context);
      if (text !== undefined) return text;
    } catch (error) {
      throw new AppError(
        'GABARIT_ILLISIBLE',
        `Le gabarit « ${nom} » ne peut pas montrer cet avis (${firstLine(error)}).`,
        { cause: error },
      );
    }
    throw unknown(nom);
  }

  /** The most particular first. */
  #ownPaths(file: string, domaine: string): string[] {
    const { dossier } = this.#options;
    if (dossier === undefined) return [];
    const ofDomaine = domaineShape.test(domaine) ? [join(dossier, domaine, file)] : [];
    return [...ofDomaine, join(dossier, file)];
  }

  /** Undefined when there is no such file; throws for one that cannot be used. */
  #renderFile(path: string, partie: Partie, context: object): string | undefined {
    const engine = partie === 'html' ? this.#html : this.#text;
    if (!this.#parsed.has(path)) this.#parsed.set(path, parseFile(engine, path));
    const parsed = this.#parsed.get(path);
    if (parsed === undefined) return undefined;
    if (parsed instanceof Error) throw parsed;
    const text: unknown = engine.renderSync(parsed, context);
    if (typeof text !== 'string' || text.trim() === '') throw new Error('il ne donne aucun texte');
    return text;
  }
}

function parseFile(engine: Liquid, path: string): Template[] | Error | undefined {
  try {
    if (!existsSync(path)) return undefined;
    if (statSync(path).size > fileBytesMax) {
      return new Error(`plus de ${fileBytesMax / 1_024} Kio`);
    }
    return engine.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function programFolder(): string {
  return join(dirname(findMigrationsDirectory()), 'templates', 'mail');
}

/** A subject is one header line, whatever the data hold. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Control}\p{Format}\s]+/gu, ' ')
    .trim()
    .slice(0, sujetCharsMax);
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]?.slice(0, 200) ?? '';
}

function unknown(nom: string): AppError {
  return new AppError(
    'GABARIT_INCONNU',
    `Le gabarit « ${nom} » n’existe pas : ni dans le programme, ni dans le dossier « avis.gabarits ».`,
  );
}
