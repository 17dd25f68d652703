// From a row of feed_operation to the operation that it stands for.
import { isTypeBal } from '../domain/bal-operateur.js';
import {
  champsBal,
  type BalAPublier,
  type ChampBal,
  type FeedOperation,
  type KindOperation,
  type Porteur,
} from '../domain/feed-operation.js';
import { parseIdNatStruct, parseRpps } from '../domain/identifiers.js';

export type FeedRow = {
  readonly id: number;
  readonly kind: KindOperation;
  readonly adresse: string;
  readonly typeBal: string | null;
  readonly porteurKind: string;
  readonly porteurCle: string;
  readonly rpps: string | null;
  readonly structureId: string | null;
  readonly listeRouge: boolean;
  readonly rang: number | null;
  readonly description: string | null;
  readonly service: string | null;
  readonly responsable: string | null;
  readonly champs: readonly string[];
};

export const feedRowColumns = `o.id::float8 as id, o.kind, o.adresse, o.type_bal as "typeBal",
  o.porteur_kind as "porteurKind", o.porteur_cle as "porteurCle", o.rpps,
  o.structure_id as "structureId", o.liste_rouge as "listeRouge", o.rang, o.description, o.service,
  o.responsable, o.champs`;

/** Undefined for what can be no operation, a BAL of type 10 to publish above all (EX_GBM_4312): it is never sent. */
export function toFeedOperation(row: FeedRow): FeedOperation | undefined {
  const porteur = porteurOf(row);
  if (!porteur) return undefined;
  if (row.kind === 'delete') {
    const typeBal = row.typeBal !== null && isTypeBal(row.typeBal) ? row.typeBal : undefined;
    return { kind: 'delete', adresse: row.adresse, typeBal, porteur };
  }
  const bal = balOf(row);
  if (!bal) return undefined;
  return row.kind === 'insert'
    ? { kind: 'insert', bal }
    : { kind: 'replace', bal, champs: row.champs.filter(isChampBal) };
}

/** The BAL that a row names, of a delete too, where its porteur and its type make one. */
export function balOf(row: FeedRow): BalAPublier | undefined {
  const porteur = porteurOf(row);
  const publiable = {
    adresse: row.adresse,
    listeRouge: row.listeRouge,
    rang: row.rang ?? undefined,
  };
  const decrite = {
    description: row.description ?? undefined,
    responsable: row.responsable ?? undefined,
  };
  switch (row.typeBal) {
    case 'PER':
      return porteur?.kind === 'professionnel' || porteur?.kind === 'situation'
        ? { ...publiable, typeBal: 'PER', porteur }
        : undefined;
    case 'CAB':
      return porteur?.kind === 'professionnel'
        ? { ...publiable, ...decrite, typeBal: 'CAB', porteur }
        : undefined;
    case 'ORG':
    case 'APP':
      return porteur?.kind === 'structure'
        ? {
            ...publiable,
            ...decrite,
            typeBal: row.typeBal,
            porteur,
            service: row.service ?? undefined,
          }
        : undefined;
    case null:
    default:
      return undefined;
  }
}

function porteurOf(row: FeedRow): Porteur | undefined {
  const rpps = row.rpps === null ? undefined : parseRpps(row.rpps);
  const structure = row.structureId === null ? undefined : parseIdNatStruct(row.structureId);
  switch (row.porteurKind) {
    case 'professionnel':
      return rpps && { kind: 'professionnel', rpps };
    case 'situation':
      return rpps && structure && { kind: 'situation', rpps, structure };
    case 'structure':
      return structure && { kind: 'structure', structure };
    case 'a-rechercher':
      return row.kind === 'delete' ? { kind: 'a-rechercher', adresse: row.adresse } : undefined;
    default:
      return undefined;
  }
}

function isChampBal(champ: string): champ is ChampBal {
  return champsBal.some((known) => known === champ);
}
