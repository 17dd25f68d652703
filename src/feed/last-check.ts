// The last look before anything leaves. Types already forbid what is refused here, but a cast or a row of a database may
// lie: a BAL of type 10 must not be published whatever happens above (EX_GBM_4312).
import {
  type FeedOperation,
  type Porteur,
  adresseDe,
  cleDuPorteur,
  porteurDe,
} from '../domain/feed-operation.js';
import { parseIdNatStruct, parseRpps } from '../domain/identifiers.js';
import { isTypeBal } from '../domain/bal-operateur.js';
import type { FeedRequest } from './feed-client.js';

/** Why this request must not leave, in French; undefined when it may. */
export function findRefusal(request: FeedRequest): string | undefined {
  for (const operation of request.operations) {
    const refusal = refusalOf(operation, request.porteur);
    if (refusal !== undefined) return `${adresseDe(operation)} : ${refusal}`;
  }
  return undefined;
}

function refusalOf(operation: FeedOperation, porteur: Porteur): string | undefined {
  if (cleDuPorteur(porteurDe(operation)) !== cleDuPorteur(porteur)) {
    return "cette opération vise un autre porteur que la demande qui l'envoie. Rien n'est parti ; signalez-le.";
  }
  if (operation.kind === 'delete') {
    const { adresse, porteur: own } = operation;
    // What is looked for by one address must not lose the BAL of another.
    const isOther = own.kind === 'a-rechercher' && own.adresse !== adresse;
    return adresse === '' || isOther ? notAnAddress : findBadIdentifier(own);
  }
  if (!/^[^@\s]+@[^@\s]+$/u.test(adresseDe(operation))) return notAnAddress;
  const { typeBal, porteur: own } = operation.bal;
  if (!isTypeBal(typeBal)) return `le type de BAL « ${String(typeBal)} » n'existe pas.`;
  return findBadCarrier(typeBal, own) ?? findBadIdentifier(own);
}

const notAnAddress =
  "ce n'est pas une adresse. Rien n'est parti ; corrigez-la dans l'inventaire, puis relancez le rapprochement.";

const carriersOf = {
  PER: ['professionnel', 'situation'],
  CAB: ['professionnel'],
  ORG: ['structure'],
  APP: ['structure'],
} as const;

function findBadCarrier(typeBal: keyof typeof carriersOf, porteur: Porteur): string | undefined {
  if (carriersOf[typeBal].some((kind) => kind === porteur.kind)) return undefined;
  return typeBal === 'PER' || typeBal === 'CAB'
    ? type10
    : `une BAL ${typeBal} est portée par une structure, et elle seule. Rien n'est parti.`;
}

function findBadIdentifier(porteur: Porteur): string | undefined {
  if (porteur.kind === 'a-rechercher') return undefined;
  if (porteur.kind !== 'structure' && !isValid(porteur.rpps, parseRpps)) return notAnRpps;
  if (porteur.kind !== 'professionnel' && !isValid(porteur.structure, parseIdNatStruct)) {
    return "l'identifiant de la structure n'est pas un IdNat_Struct. Rien n'est parti ; corrigez l'inventaire.";
  }
  return undefined;
}

/** A column may be null, or a number, whatever the type says. */
function isValid(identifier: unknown, parse: (text: string) => string | undefined): boolean {
  return typeof identifier === 'string' && parse(identifier) !== undefined;
}

const type10 =
  'une BAL personnelle ou de cabinet ne peut être publiée que pour un RPPS : celle-ci serait de type 10 ' +
  "(EX_GBM_4312). Rien n'est parti ; rattachez-la à un RPPS, ou supprimez-la.";

const notAnRpps =
  "l'identifiant du titulaire n'est pas un RPPS (11 chiffres) : une BAL de type 10 n'est jamais publiée " +
  "(EX_GBM_4312). Rien n'est parti ; corrigez l'inventaire.";
