// The life of an operation. The same table of transitions stands in migrations/0005 (a trigger refuses the others);
// a test holds the two against each other.

export const feedStates = [
  /** Proposed; waits for a decision. */
  'planned',
  /** Decided; waits for a pusher. */
  'approved',
  /** A pusher holds it (claimed_by, lease_until); nobody knows yet whether the ANS has it. */
  'sending',
  /** The ANS answered yes. */
  'accepted',
  /** An extraction, or the read API, shows it. */
  'confirmed',
  /** To be sent again at next_attempt_at. */
  'retry',
  /** Needs something that only a person, or a new extraction, can give: unknown carrier, ambiguous carrier. */
  'held',
  /** The ANS refuses it, or the attempts are used up. A person replays or cancels it. */
  'dead',
  /** A person decided that it will not be sent. */
  'cancelled',
  /** The world changed: a later plan no longer wants it, or wants something else. */
  'superseded',
] as const;

export type FeedState = (typeof feedStates)[number];

export const feedTransitions: Readonly<Record<FeedState, readonly FeedState[]>> = {
  planned: ['approved', 'cancelled', 'superseded'],
  approved: ['sending', 'planned', 'cancelled', 'superseded'],
  sending: ['accepted', 'retry', 'held', 'dead', 'approved'],
  accepted: ['confirmed'],
  confirmed: [],
  retry: ['sending', 'cancelled', 'superseded', 'held', 'dead'],
  held: ['approved', 'cancelled', 'superseded'],
  dead: ['approved', 'cancelled', 'superseded'],
  cancelled: [],
  superseded: [],
};

/** States in which an operation may still be sent. */
export const etatsVivants: readonly FeedState[] = [
  'planned',
  'approved',
  'sending',
  'retry',
  'held',
  'dead',
];

/** As a person reads them, of several operations. */
export const libellesEtat: Readonly<Record<FeedState, string>> = {
  planned: 'à décider',
  approved: 'approuvées',
  sending: 'en cours d’envoi',
  accepted: 'acceptées',
  confirmed: 'confirmées',
  retry: 'à renvoyer',
  held: 'retenues',
  dead: 'refusées',
  cancelled: 'annulées',
  superseded: 'remplacées par un plan plus récent',
};

/** Of one operation. */
export const libellesEtatUn: Readonly<Record<FeedState, string>> = {
  planned: 'à décider',
  approved: 'approuvée',
  sending: 'en cours d’envoi',
  accepted: 'acceptée',
  confirmed: 'confirmée',
  retry: 'à renvoyer',
  held: 'retenue',
  dead: 'refusée',
  cancelled: 'annulée',
  superseded: 'remplacée par un plan plus récent',
};

export function isFeedState(text: string): text is FeedState {
  return feedStates.some((state) => state === text);
}
