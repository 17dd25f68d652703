// The simulated Annuaire published back as a national extraction: the lines of the seed as they were, without those whose BAL
// went, with those that came. APP, CAB and liste rouge are left out, as in the real one.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import type { Client, Pool } from '../db/pool.js';
import { UsageError } from '../errors.js';
import { nombreDeColonnes, streamLignes, withSemis } from '../store/simulateur.js';
import type { BalPortee } from './bal-portee.js';
import { cellule, lignesNouvelles } from './lignes-nouvelles.js';
import type { ClePorteur } from './porteur.js';
import { porteurDeLigne } from './semis.js';
import type { Simulateur } from './simulateur.js';

const fichier = 'Extraction_Correspondance_MSSante';

/** The header of the published file, verbatim (test/fixtures/headers). */
const entete =
  "Type de BAL|Adresse BAL|Type Identifiant PP|Identifiant PP|Identification nationale PP|Type identifiant structure|Identification Structure|Service de rattachement|Civilité d'exercice|Nom d'exercice|Prénom d'exercice|Catégorie profession|Libellé de catégorie profession|Code Profession|Libellé Profession|Code savoir-faire|Libellé savoir-faire|Dématérialisation|Raison Sociale structure BAL|Enseigne commerciale structure BAL|L2COMPLEMENTLOCALISATION structure BAL|L3COMPLEMENTDISTRIBUTION structure BAL|L4NUMEROVOIE structure BAL|L4COMPLEMENTNUMEROVOIE structure BAL|NL4TYPEVOIE structure BAL|L4LIBELLEVOIE structure BAL|L5LIEUDITMENTION structure BAL|L6LIGNEACHEMINEMENT structure BAL|Code postal structure BAL|Département structure BAL|Pays structure BAL";

export type Parution = {
  /** Without extension. */
  readonly nom: string;
  readonly genereLe: Date;
};

const minuteMs = 60_000;

/**
 * Names the next publication. Its minute is not before any operation that it shows, and after that of the publication before
 * and of the seed: each is newer than the last for whoever loads it.
 *
 * @throws UsageError `DATE_TROP_ANCIENNE` when the date asked for is not.
 */
export function nommerParution(
  simulateur: Simulateur,
  dataDir: string,
  now: Date,
  demandee?: Date,
): Parution {
  const { genereLe: semeLe } = simulateur.semis;
  const touches = [...simulateur.etat.touches().values()].map((le) => Date.parse(le));
  const derniereOperation = touches.reduce((last, le) => Math.max(last, le), 0);
  const precedente = lirePrecedente(dataDir);
  const auPlusTot = Math.max(
    minuteSuivante(derniereOperation),
    precedente === undefined ? 0 : minuteSuivante(precedente.getTime() + 1),
    semeLe === undefined ? 0 : minuteSuivante(semeLe.getTime() + 1),
  );
  if (demandee && demandee.getTime() < auPlusTot) {
    throw new UsageError(
      'DATE_TROP_ANCIENNE',
      `--date : cette parution ne peut pas dater d'avant le ${new Date(auPlusTot).toISOString()} ` +
        '(dernière opération, parution précédente ou extraction de départ).',
    );
  }
  const genereLe = new Date(
    demandee?.getTime() ?? Math.max(auPlusTot, minuteSuivante(now.getTime())),
  );
  noterParution(dataDir, genereLe);
  return { nom: `${fichier}_${heureDeParis(genereLe)}`, genereLe };
}

function minuteSuivante(ms: number): number {
  return Math.ceil(ms / minuteMs) * minuteMs;
}

function heureDeParis(at: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Paris',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map<string, string>(
    format.formatToParts(at).map((part) => [part.type, part.value]),
  );
  return ['year', 'month', 'day', 'hour', 'minute'].map((name) => parts.get(name) ?? '').join('');
}

function memoireDe(dataDir: string): string {
  return join(dataDir, 'simulateur', 'parution.json');
}

function lirePrecedente(dataDir: string): Date | undefined {
  try {
    const lue = JSON.parse(readFileSync(memoireDe(dataDir), 'utf8')) as { genereLe?: string };
    const date = new Date(lue.genereLe ?? '');
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    return undefined;
  }
}

function noterParution(dataDir: string, genereLe: Date): void {
  const chemin = memoireDe(dataDir);
  mkdirSync(dirname(chemin), { recursive: true });
  writeFileSync(`${chemin}.nouveau`, JSON.stringify({ genereLe: genereLe.toISOString() }));
  renameSync(`${chemin}.nouveau`, chemin);
}

/** Writes the zip; returns the number of its lines. What is done meanwhile is not in it. */
export function ecrireParution(
  pool: Pool,
  simulateur: Simulateur,
  { nom, genereLe }: Parution,
  sortie: Writable,
  signal: AbortSignal,
): Promise<number> {
  const touches = photographier(simulateur);
  return withSemis(pool, async (client) => {
    const compte = { lignes: 0 };
    const lignes = lignesPubliees(client, simulateur, touches);
    const texte = Readable.from(octets(lignes, compte), { objectMode: false });
    const echec = new AbortController();
    const zip = new yazl.ZipFile();
    zip.on('error', (error: unknown) => echec.abort(error));
    const options = { mtime: genereLe, mode: 0o100644, compressionLevel: 1 };
    zip.addReadStream(texte, `${nom}.txt`, options);
    zip.end();
    try {
      await pipeline(zip.outputStream, sortie, { signal: AbortSignal.any([signal, echec.signal]) });
    } catch (error) {
      // The COPY must be read to its end before the connection serves again.
      texte.destroy();
      throw echec.signal.aborted ? echec.signal.reason : error;
    }
    return compte.lignes;
  });
}

type Photographie = ReadonlyMap<ClePorteur, readonly BalPortee[]>;

/** What was touched, as it is now: the lists are never changed in place. */
function photographier({ etat }: Simulateur): Photographie {
  return new Map([...etat.touches().keys()].map((cle) => [cle, etat.balsDe(cle) ?? []]));
}

const caracteresParMorceau = 1 << 18;

async function* octets(
  lignes: AsyncIterable<string>,
  compte: { lignes: number },
): AsyncGenerator<Buffer> {
  let texte = `${entete}\n`;
  for await (const ligne of lignes) {
    texte += `${ligne}\n`;
    compte.lignes += 1;
    if (texte.length < caracteresParMorceau) continue;
    yield Buffer.from(texte);
    texte = '';
  }
  yield Buffer.from(texte);
}

async function* lignesPubliees(
  client: Client,
  { semis, structures }: Simulateur,
  touches: Photographie,
): AsyncGenerator<string> {
  const parues = new Map<ClePorteur, Set<string>>();
  for await (const lot of streamLignes(client, semis)) {
    for (const ligne of lot) {
      const cle = porteurDeLigne(ligne, structures);
      const bals = touches.get(cle);
      const publiee = bals ? reprendre(ligne, bals) : ligne;
      if (!publiee) continue;
      if (bals) noter(parues, cle, ligne[1] ?? '');
      yield publiee.slice(0, nombreDeColonnes).join('|');
    }
  }
  yield* lignesNouvelles(client, nouvelles(touches, parues));
}

function noter(parues: Map<ClePorteur, Set<string>>, cle: ClePorteur, adresse: string): void {
  const connues = parues.get(cle) ?? new Set();
  parues.set(cle, connues.add(adresse.toLowerCase()));
}

/** The line of a touched carrier as it is to be published now; undefined when it is not any more. */
function reprendre(
  ligne: readonly string[],
  bals: readonly BalPortee[],
): readonly string[] | undefined {
  const cle = (ligne[1] ?? '').toLowerCase();
  const bal = bals.find(({ adresse }) => adresse.toLowerCase() === cle);
  if (!bal) return undefined;
  if (bal.isInitiale) return ligne;
  if (!isPubliable(bal)) return undefined;
  const reprise = [...ligne];
  reprise[0] = bal.typeBal;
  reprise[1] = bal.adresse;
  if (bal.typeBal !== 'PER') reprise[7] = cellule(bal.service);
  return reprise;
}

function isPubliable({ typeBal, listeRouge }: BalPortee): boolean {
  return (typeBal === 'PER' || typeBal === 'ORG') && listeRouge !== true;
}

function* nouvelles(
  touches: Photographie,
  parues: ReadonlyMap<ClePorteur, ReadonlySet<string>>,
): Generator<{ cle: ClePorteur; bal: BalPortee }> {
  for (const [cle, bals] of touches) {
    for (const bal of bals) {
      if (bal.isInitiale || !isPubliable(bal)) continue;
      if (!parues.get(cle)?.has(bal.adresse.toLowerCase())) yield { cle, bal };
    }
  }
}
