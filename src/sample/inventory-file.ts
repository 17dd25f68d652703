// The opérateur's own mailboxes as `inventory import` reads them: one row per BAL and attachment.
import type { Bal, Hebergement } from './bal.js';
import type { LineCount } from './ps-files.js';
import type { Slot } from './bulk.js';
import { draw, happens, stream } from './random.js';
import type { TextContent } from './text-lines.js';
import type { World } from './world.js';

const columns = [
  'adresse',
  'typeBal',
  'typeIdentifiantPp',
  'identifiantPp',
  'typeIdentifiantStructure',
  'identifiantStructure',
  'service',
  'responsable',
  'description',
  'listeRouge',
  'preferee',
  'etat',
  'dateCreation',
  'derniereAuthentification',
  'tailleOctets',
  'quotaOctets',
  'transfertVers',
];

/** The BAL of our opérateur. */
export function inventaireFile(world: World, counts: LineCount): TextContent {
  return textContent(counts, function* () {
    const { country, bulk, planted } = world;
    for (const domaine of country.domaines) {
      if (!domaine.isOperateur) continue;
      for (const slot of bulk.slotsOf(domaine)) yield* cleanRows(world, slot);
    }
    for (const slot of bulk.newSlots()) {
      if (slot.domaine.isOperateur) yield* cleanRows(world, slot);
    }
    for (const { inventaire, hebergement } of planted.bals) {
      if (inventaire) yield* rowsOf(inventaire, hebergement);
    }
  });
}

/** The whole country as if one opérateur hosted it, with faults at a realistic rate; it has no truth file. */
export function inventaireCompletFile(world: World, counts: LineCount): TextContent {
  return textContent(counts, function* () {
    const { country, bulk, planted } = world;
    const faults = stream(country.seed, 'inventaire-complet');
    for (const slot of bulk.slots()) {
      if (happens(faults, slot.person, 0.004)) continue;
      const bal = bulk.balOf(slot);
      yield* rowsOf(bal, worn(world, bulk.hebergementOf(slot, bal), draw(faults, slot.person)));
    }
    for (const { inventaire, hebergement } of planted.bals) {
      if (inventaire) yield* rowsOf(inventaire, hebergement);
    }
  });
}

function textContent(counts: LineCount, rows: () => Iterable<string>): TextContent {
  return {
    header: columns.join(';'),
    lineEnd: '\n',
    encoding: 'utf8',
    *rows() {
      for (const row of rows()) {
        counts.lines += 1;
        yield row;
      }
    },
  };
}

function cleanRows(world: World, slot: Slot): Iterable<string> {
  const bal = world.bulk.balOf(slot);
  return rowsOf(bal, world.bulk.hebergementOf(slot, bal));
}

/** One in a hundred unused for long, one in fifty nearly full. */
function worn(world: World, hebergement: Hebergement, drawn: number): Hebergement {
  const kind = drawn % 100;
  if (kind === 0) {
    const seen = new Date(world.country.firstDay.getTime() - 500 * 86_400_000);
    return {
      ...hebergement,
      derniereAuthentification: `${seen.toISOString().slice(0, 19)}Z`,
    };
  }
  const { quotaOctets } = hebergement;
  if (kind > 2 || quotaOctets === undefined) return hebergement;
  return { ...hebergement, tailleOctets: Math.floor(quotaOctets * (kind === 1 ? 0.85 : 1.01)) };
}

function* rowsOf(bal: Bal, hebergement: Hebergement): Generator<string> {
  const attachments =
    bal.rattachements.length > 0 ? bal.rattachements.map((one) => one.idNatStruct) : [''];
  for (const idNatStruct of attachments) {
    yield [
      bal.adresse,
      bal.typeBal,
      bal.titulaire?.type ?? '',
      bal.titulaire?.identifiant ?? '',
      idNatStruct.slice(0, 1),
      idNatStruct.slice(1),
      bal.service,
      hebergement.responsable,
      hebergement.description,
      hebergement.listeRouge ? 'O' : 'N',
      hebergement.preferee ? 'O' : 'N',
      hebergement.etat,
      hebergement.dateCreation,
      hebergement.derniereAuthentification,
      hebergement.tailleOctets ?? '',
      hebergement.quotaOctets ?? '',
      hebergement.transfertVers,
    ].join(';');
  }
}
