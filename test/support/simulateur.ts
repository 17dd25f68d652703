// The simulator of the feed API as tests use it: on a real database, over a real socket.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Pool } from '../../src/db/pool.js';
import { silentProgress } from '../../src/progress.js';
import type { NomDialecte } from '../../src/simulateur/dialecte.js';
import { parseFautes, sansFaute } from '../../src/simulateur/fautes.js';
import { creerPages } from '../../src/simulateur/pages.js';
import { ecrireParution, nommerParution } from '../../src/simulateur/publication.js';
import { ServeurSimulateur, type RequeteServie } from '../../src/simulateur/serveur.js';
import { Simulateur } from '../../src/simulateur/simulateur.js';
import { tempFolder } from './extraction-files.js';

export const cleApi = 'cle-de-test';
export const urlMetadonnees =
  'https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-mailbox-mss-metadata';

export type Reglages = {
  readonly dataDir?: string;
  readonly dialecte?: NomDialecte;
  readonly avecInventaire?: boolean;
  readonly journalOctetsMax?: number;
  readonly isReinitialise?: boolean;
  readonly fautes?: string;
  readonly isFauteParEnTete?: boolean;
  readonly appelsParSeconde?: number;
  readonly corpsOctetsMax?: number;
  readonly now?: () => Date;
};

export type Recu = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
};

/** What a test reads of an answer; a key that is not there gives undefined. */
export type Json = Readonly<Record<string, unknown>>;

const ouverts = new Set<SimulateurDeTest>();

export class SimulateurDeTest {
  readonly simulateur: Simulateur;
  readonly serveur: ServeurSimulateur;
  readonly url: string;
  readonly dataDir: string;
  readonly requetes: RequeteServie[];

  private constructor(
    simulateur: Simulateur,
    serveur: ServeurSimulateur,
    url: string,
    dataDir: string,
    requetes: RequeteServie[],
  ) {
    this.simulateur = simulateur;
    this.serveur = serveur;
    this.url = url;
    this.dataDir = dataDir;
    this.requetes = requetes;
  }

  static async ouvrir(pool: Pool, reglages: Reglages = {}): Promise<SimulateurDeTest> {
    const dataDir = reglages.dataDir ?? tempFolder();
    const now = reglages.now ?? (() => new Date('2026-07-20T10:00:30Z'));
    const simulateur = await Simulateur.ouvrir(
      pool,
      {
        dataDir,
        dialecte: reglages.dialecte ?? 'tolerant',
        avecInventaire: reglages.avecInventaire ?? true,
        journalOctetsMax: reglages.journalOctetsMax ?? 1_000_000,
      },
      { isReinitialise: reglages.isReinitialise ?? false, isLecture: false },
      silentProgress,
    );
    const fautes = parseFautes(reglages.fautes ?? '');
    const requetes: RequeteServie[] = [];
    const serveur: ServeurSimulateur = new ServeurSimulateur(simulateur, {
      host: '127.0.0.1',
      port: 0,
      cleApi,
      appelsParSeconde: reglages.appelsParSeconde ?? 0,
      fautes: typeof fautes === 'string' ? sansFaute : fautes,
      isFauteParEnTete: reglages.isFauteParEnTete ?? false,
      graine: 1,
      corpsOctetsMax: reglages.corpsOctetsMax ?? 1_000_000,
      connexionsMax: 100,
      silenceMs: 60_000,
      now,
      onRequete: (requete) => requetes.push(requete),
      pages: creerPages(simulateur, {
        cleApi,
        compte: () => serveur.compte,
        publier: async (ouvrir) => {
          const parution = nommerParution(simulateur, dataDir, now());
          const { signal } = new AbortController();
          await ecrireParution(pool, simulateur, parution, ouvrir(parution.nom), signal);
        },
      }),
    });
    const url = await serveur.start();
    const ouvert = new SimulateurDeTest(simulateur, serveur, url, dataDir, requetes);
    ouverts.add(ouvert);
    return ouvert;
  }

  async fermer(): Promise<void> {
    ouverts.delete(this);
    await this.serveur.stop();
    this.simulateur.fermer();
  }

  get(chemin: string, headers: Record<string, string> = {}): Promise<Recu> {
    return this.envoyer('GET', chemin, undefined, headers);
  }

  patch(chemin: string, corps: unknown, headers: Record<string, string> = {}): Promise<Recu> {
    const texte = typeof corps === 'string' ? corps : JSON.stringify(corps);
    return this.envoyer('PATCH', chemin, texte, headers);
  }

  async envoyer(
    method: string,
    chemin: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<Recu> {
    const response = await fetch(chemin.startsWith('http') ? chemin : this.url + chemin, {
      method,
      redirect: 'manual',
      headers: {
        'esante-api-key': cleApi,
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: enJson(text) };
  }
}

// A test that failed halfway left its own open, and the process would wait for it.
after(async () => {
  for (const ouvert of [...ouverts]) await ouvert.fermer();
});

function enJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

/** A body of the published draft: `patch-examples/<name>.json`. */
export function exemple(nom: string): unknown {
  const path = join('test/fixtures/feed-api/patch-examples', `${nom}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as unknown;
}

export type Attributs = {
  readonly type?: string;
  readonly listeRouge?: boolean;
  readonly rank?: number;
  readonly description?: string;
  readonly service?: string;
  readonly responsible?: string;
};

/** A ContactPoint in the form of the draft's examples. */
export function contactPoint(adresse: string, attributs: Attributs = {}): object {
  const { type = 'PER', listeRouge = false, rank, ...textes } = attributs;
  const system =
    'https://mos.esante.gouv.fr/NOS/TRE_R256-TypeMessagerie/FHIR/TRE-R256-TypeMessagerie';
  return {
    system: 'email',
    value: adresse,
    ...(rank !== undefined && { rank }),
    extension: [
      {
        url: urlMetadonnees,
        extension: [
          { url: 'type', valueCodeableConcept: { coding: [{ system, code: type }] } },
          { url: 'listeRouge', valueBoolean: listeRouge },
          ...Object.entries(textes).map(([url, valueString]) => ({ url, valueString })),
        ],
      },
    ],
  };
}

export type Part = { readonly name: string } & Readonly<Record<string, unknown>>;

export function parameters(...operations: readonly (readonly Part[])[]): object {
  return {
    resourceType: 'Parameters',
    parameter: operations.map((part) => ({ name: 'operation', part })),
  };
}

export function insertion(ressource: string, valeur: object, index = 0): Part[] {
  return [
    { name: 'type', valueCode: 'insert' },
    { name: 'path', valueString: `${ressource}.telecom` },
    { name: 'index', valueInteger: index },
    { name: 'value', valueContactPoint: valeur },
  ];
}

export function suppression(ressource: string, adresse: string): Part[] {
  return [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: cheminDe(ressource, adresse) },
  ];
}

/** `suite`: what follows the BAL in the path; `valeur`: its value[x]. */
export function remplacement(
  ressource: string,
  adresse: string,
  suite: string,
  valeur: Readonly<Record<string, unknown>>,
): Part[] {
  return [
    { name: 'type', valueCode: 'replace' },
    { name: 'path', valueString: cheminDe(ressource, adresse) + suite },
    { name: 'value', ...valeur },
  ];
}

export function cheminDe(ressource: string, adresse: string): string {
  const chaine = adresse.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return `${ressource}.telecom.where(value = '${chaine}')`;
}

export function cheminAttribut(attribut: string): string {
  return `.extension('${urlMetadonnees}').extension('${attribut}').value`;
}

/** Addresses of a resource, in order. */
export function adressesDe(json: Json): string[] {
  const telecom = json['telecom'] as readonly { value: string }[] | undefined;
  return (telecom ?? []).map(({ value }) => value);
}
