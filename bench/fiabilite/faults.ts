// What may befall a round: each fault is drawn whole (where, when, how much) before the round begins.
import type { Alea } from './alea.js';
import type { IncidentKind } from './relay.js';
import type { RelayName } from './lane.js';
import { stageNames, type StageName } from './stages.js';
import { faultNames } from '../../src/simulator/faults.js';

export const fileDamages = [
  'tronqué',
  'corrompu',
  'vide',
  'en-tête seule',
  'échangé',
  'plus ancien',
] as const;
export type FileDamage = (typeof fileDamages)[number];

export type FaultKind =
  | { readonly kind: 'aucune' }
  | { readonly kind: 'tuer le programme' | 'arrêter le programme'; readonly moment: number }
  | { readonly kind: 'tuer PostgreSQL' | 'tuer une session'; readonly moment: number }
  | {
      readonly kind: 'réseau';
      readonly relay: RelayName;
      readonly incident: IncidentKind;
      readonly moment: number;
      readonly times: number;
    }
  | { readonly kind: 'injoignable'; readonly relay: RelayName; readonly moment: number }
  | { readonly kind: 'disque plein'; readonly bytes: number }
  | { readonly kind: 'disque de la base plein'; readonly marginBytes: number }
  | {
      readonly kind: 'fichier';
      readonly file: 'bals' | 'professionnels' | 'inventaire';
      readonly damage: FileDamage;
      readonly moment: number;
    }
  | { readonly kind: 'fautes de l’API'; readonly shares: string; readonly seed: number }
  | { readonly kind: 'tuer l’Annuaire'; readonly moment: number }
  | { readonly kind: 'deux à la fois'; readonly apartMs: number }
  | { readonly kind: 'horloge'; readonly jumpMs: number; readonly afterReads: number };

export type Fault = FaultKind & {
  readonly stage: StageName;
  /** The stages that follow run all the same, as their hour comes. */
  readonly goesOn: boolean;
};

export type FaultName = FaultKind['kind'];

/** `moment`: share of what the stage takes, or sends, when nothing happens. */
type Draw = (alea: Alea) => FaultKind & { readonly stage: StageName };

const anyStage = (alea: Alea): StageName => alea.pick(stageNames);
const hourMs = 3_600_000;

const draws: Readonly<Record<Exclude<FaultName, 'aucune'>, Draw>> = {
  'tuer le programme': (alea) => ({
    kind: 'tuer le programme',
    stage: anyStage(alea),
    moment: alea.fraction(),
  }),
  'arrêter le programme': (alea) => ({
    kind: 'arrêter le programme',
    stage: anyStage(alea),
    moment: alea.fraction(),
  }),
  'tuer PostgreSQL': (alea) => ({
    kind: 'tuer PostgreSQL',
    stage: anyStage(alea),
    moment: alea.fraction(),
  }),
  'tuer une session': (alea) => ({
    kind: 'tuer une session',
    stage: anyStage(alea),
    moment: alea.fraction(),
  }),
  réseau: drawIncident,
  injoignable: (alea) => {
    const relay = alea.pick(['base', 'alimentation', 'fichiers'] as const);
    return { kind: 'injoignable', relay, stage: stageOf(relay, alea), moment: alea.fraction() };
  },
  'disque plein': (alea) => ({
    kind: 'disque plein',
    stage: alea.pick(['extraction', 'parution']),
    // The downloads of a stage make 2.4 MB.
    bytes: 4_096 * alea.integer(4, 500),
  }),
  'disque de la base plein': (alea) => ({
    kind: 'disque de la base plein',
    stage: 'extraction',
    marginBytes: 8_192 * alea.integer(8, 500),
  }),
  fichier: (alea) => {
    const file = alea.pick(['bals', 'professionnels', 'inventaire'] as const);
    return {
      kind: 'fichier',
      file,
      stage: file === 'inventaire' ? 'inventaire' : 'extraction',
      damage: alea.pick(fileDamages),
      moment: alea.fraction(),
    };
  },
  'fautes de l’API': (alea) => {
    const count = alea.integer(1, 4);
    const names = new Set(Array.from({ length: count }, () => alea.pick(faultNames)));
    const share = (0.15 + 0.35 * alea.fraction()) / names.size;
    return {
      kind: 'fautes de l’API',
      stage: 'envoi',
      shares: [...names].map((name) => `${name}=${share.toFixed(3)}`).join(','),
      seed: alea.integer(1, 1_000_000),
    };
  },
  'tuer l’Annuaire': (alea) => ({
    kind: 'tuer l’Annuaire',
    stage: 'envoi',
    moment: alea.fraction(),
  }),
  'deux à la fois': (alea) => ({
    kind: 'deux à la fois',
    stage: anyStage(alea),
    apartMs: alea.integer(0, 400),
  }),
  horloge: (alea) => ({
    kind: 'horloge',
    stage: anyStage(alea),
    jumpMs: alea.pick([-1, 1]) * alea.integer(1, 72) * hourMs,
    afterReads: alea.integer(0, 40),
  }),
};

export const faultNamesDrawn = Object.keys(draws);

/** Faults whose turn comes one after the other, so that a campaign has as many of each. */
export function drawFault(alea: Alea, round: number, without: ReadonlySet<string>): Fault {
  const possible = Object.entries(draws).filter(([name]) => !without.has(name));
  const [, draw] = possible[round % possible.length] ?? [];
  if (!draw) throw new Error('no fault is possible here');
  return { ...draw(alea), goesOn: alea.fraction() < 0.5 };
}

/** Whether the Annuaire says done what it does not do. */
export function lies(fault: Fault): boolean {
  return fault.kind === 'fautes de l’API' && fault.shares.includes('mentir');
}

function drawIncident(alea: Alea): FaultKind & { readonly stage: StageName } {
  const relay = alea.pick(['base', 'alimentation', 'fichiers'] as const);
  // In clear on the loopback: nothing could tell a changed byte of SQL or of FHIR, which TLS carries elsewhere.
  const kinds =
    relay === 'fichiers'
      ? (['couper', 'geler', 'tronquer', 'corrompre'] as const)
      : (['couper', 'geler', 'tronquer'] as const);
  return {
    kind: 'réseau',
    relay,
    incident: alea.pick(kinds),
    stage: stageOf(relay, alea),
    moment: alea.fraction(),
    times: alea.integer(1, 3),
  };
}

function stageOf(relay: RelayName, alea: Alea): StageName {
  switch (relay) {
    case 'base':
      return anyStage(alea);
    case 'alimentation':
      return 'envoi';
    case 'fichiers':
      return alea.pick(['extraction', 'parution']);
  }
}

/** French: what the table and a broken round show. */
export function describeFault(fault: Fault): string {
  const { stage } = fault;
  const at = (moment: number): string => `${stage}, à ${Math.round(moment * 100)} %`;
  switch (fault.kind) {
    case 'aucune':
      return 'aucune';
    case 'réseau':
      return `${fault.incident} ${fault.relay} (${at(fault.moment)}, ${fault.times} fois)`;
    case 'injoignable':
      return `${fault.relay} injoignable (${at(fault.moment)})`;
    case 'disque plein':
      return `${Math.round(fault.bytes / 1024)} Kio pour les téléchargements (${stage})`;
    case 'disque de la base plein':
      return `${Math.round(fault.marginBytes / 1024)} Kio de reste pour la base (${stage})`;
    case 'fichier':
      return `${fault.file} ${fault.damage} (${stage})`;
    case 'fautes de l’API':
      return fault.shares;
    case 'deux à la fois':
      return `deux fois ${stage}, à ${fault.apartMs} ms`;
    case 'horloge':
      return `${fault.jumpMs > 0 ? '+' : '−'}${Math.abs(fault.jumpMs) / hourMs} h (${stage})`;
    case 'tuer le programme':
    case 'arrêter le programme':
    case 'tuer PostgreSQL':
    case 'tuer une session':
    case 'tuer l’Annuaire':
      return at(fault.moment);
  }
}
