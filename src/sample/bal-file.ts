// Extraction_Correspondance_MSSante: one line per BAL and attachment.
import type { Bal, Rattachement } from './bal.js';
import { correspondanceMssanteHeader } from './headers.js';
import type { PlantedBal } from './planted.js';
import { happens, stream } from './random.js';
import type { Structure } from './structures.js';
import type { TextContent } from './text-lines.js';
import type { World } from './world.js';

export type BalCounts = {
  lines: number;
  adresses: number;
  per: number;
  org: number;
};

export function balFile(
  world: World,
  counts: BalCounts,
  onLines?: (count: number) => void,
): TextContent {
  const { country } = world;
  const end = country.quirks.barreFinale ? '|' : '';
  return {
    header: correspondanceMssanteHeader + end,
    lineEnd: '\n',
    encoding: 'utf8',
    onLines,
    *rows() {
      for (const row of balRows(world, counts)) {
        counts.lines += 1;
        yield row + end;
      }
    },
  };
}

function* balRows(world: World, counts: BalCounts): Generator<string> {
  const { country, bulk, planted } = world;
  const doubles = stream(country.seed, 'bal.double');
  const plantedByDomaine = byDomaine(planted.bals);
  const ofSlots = function* (slots: Iterable<Parameters<typeof bulk.balOf>[0]>) {
    for (const slot of slots) {
      const bal = bulk.balOf(slot);
      const adresse = bulk.publishedAdresse(slot, bal);
      if (adresse !== bal.adresse) world.quirks.adresseEnCapitales += 1;
      const isDouble = happens(doubles, slot.person, country.quirks.ligneEnDouble);
      yield* linesOf(world, counts, { ...bal, adresse }, isDouble);
    }
  };
  for (const domaine of country.domaines) {
    yield* ofSlots(bulk.slotsOf(domaine));
    yield* plantedLines(world, counts, plantedByDomaine.get(domaine.nom));
    plantedByDomaine.delete(domaine.nom);
  }
  for (const rest of plantedByDomaine.values()) yield* plantedLines(world, counts, rest);
  yield* ofSlots(bulk.newSlots());
}

function* plantedLines(
  world: World,
  counts: BalCounts,
  planted: readonly PlantedBal[] | undefined,
): Generator<string> {
  for (const { publiee } of planted ?? []) {
    if (publiee) yield* linesOf(world, counts, publiee, false);
  }
}

function* linesOf(world: World, counts: BalCounts, bal: Bal, isDouble: boolean): Generator<string> {
  counts.adresses += 1;
  if (bal.typeBal === 'PER') counts.per += 1;
  else counts.org += 1;
  if (bal.rattachements.length > 1) world.quirks.plusieursRattachements += 1;
  if (bal.titulaire?.type === '10') world.quirks.type10 += 1;
  const attachments = bal.rattachements.length > 0 ? bal.rattachements : [undefined];
  for (const rattachement of attachments) {
    const line = balLine(world, bal, rattachement);
    yield line;
    if (isDouble) {
      world.quirks.ligneEnDouble += 1;
      yield line;
    }
  }
}

function balLine(world: World, bal: Bal, rattachement: Rattachement | undefined): string {
  const { titulaire } = bal;
  const structure = rattachement?.place && world.structures.of(rattachement.place);
  // TRE_G07 code and bare identifier: the ANS has not published the wording (extractions.md §1.1).
  const idNatStruct = rattachement?.idNatStruct ?? '';
  const identification = titulaire
    ? `${titulaire.type}|${titulaire.identifiant}|${titulaire.type}${titulaire.identifiant}`
    : '||';
  return (
    `${bal.typeBal}|${bal.adresse}|${identification}|${idNatStruct.slice(0, 1)}|${idNatStruct.slice(1)}|` +
    `${bal.service}|${holderCells(bal)}|${bal.dematerialisation}|${structureCells(structure, bal.typeBal)}`
  );
}

/** Nine cells, from Civilité d'exercice to Libellé savoir-faire. */
function holderCells(bal: Bal): string {
  const person = bal.typeBal === 'PER' ? bal.titulaire?.person : undefined;
  if (!person) return '||||||||';
  const { profession, savoirFaire } = person;
  return (
    `${person.civiliteExercice.code}|${person.nomExercice}|${person.name.prenom}|` +
    `${person.isMilitaire ? 'M|Militaire' : 'C|Civil'}|${profession.code}|${profession.libelle}|` +
    `${savoirFaire?.code ?? ''}|${savoirFaire?.libelle ?? ''}`
  );
}

/** Thirteen cells, from Raison Sociale to Pays; two structures in three of PER show no street. */
function structureCells(structure: Structure | undefined, typeBal: Bal['typeBal']): string {
  if (!structure) return '||||||||||||';
  const { adresse: a } = structure;
  const hasStreet = typeBal !== 'PER' || Number(a.numeroVoie) % 3 === 0;
  const street = hasStreet
    ? `${a.complementDestinataire}|${a.mention}|${a.numeroVoie}|${a.indice}|${a.typeVoie.libelle}|` +
      `${a.voie}|${a.complementPoint}|${a.cedex}`
    : '|||||||';
  return (
    `${structure.raisonSociale}|${structure.enseigne}|${street}|${a.codePostal}|` +
    `${a.departement.libelle}|France`
  );
}

function byDomaine(planted: readonly PlantedBal[]): Map<string, PlantedBal[]> {
  const groups = new Map<string, PlantedBal[]>();
  for (const one of planted) {
    if (!one.publiee) continue;
    const domaine = domaineOf(one.publiee);
    const group = groups.get(domaine);
    if (group) group.push(one);
    else groups.set(domaine, [one]);
  }
  return groups;
}

function domaineOf(bal: Bal): string {
  return bal.adresse.slice(bal.adresse.lastIndexOf('@') + 1).toLowerCase();
}
