// What the end of an attempt means for what was sent: pure, the same for mails and webhooks (docs/avis.md, « Reprises »).
import type { Pris, Reglement } from '../store/file-envoi.js';
import type { RepriseSettings } from './settings.js';

/** How one attempt ended; messages are French. */
export type Issue =
  | { readonly kind: 'parti'; readonly code: string; readonly message: string }
  /** For ever: trying again would change nothing. */
  | { readonly kind: 'refuse'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'reporte';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number | undefined;
    }
  /** It left, and no answer came: the other side may have it. */
  | { readonly kind: 'doute'; readonly code: string; readonly message: string }
  /** The way failed, not what was sent: it stays as it was. */
  | { readonly kind: 'indisponible'; readonly code: string; readonly message: string };

export type RepriseContext = {
  readonly settings: RepriseSettings;
  readonly now: Date;
  readonly random: () => number;
};

export function reglementOf(pris: Pris, issue: Issue, context: RepriseContext): Reglement {
  const base = {
    id: pris.id,
    prise: pris.prise,
    now: context.now,
    estComptee: true,
    estDoute: false,
    prochainEnvoiLe: undefined,
    code: issue.code,
    message: issue.message,
  };
  switch (issue.kind) {
    case 'parti':
    case 'refuse':
      return { ...base, etat: issue.kind };
    case 'indisponible':
      return { ...base, etat: 'a-envoyer', estComptee: false, prochainEnvoiLe: context.now };
    case 'doute':
      return retryOf(pris, { ...base, estDoute: true }, undefined, context);
    case 'reporte':
      return retryOf(pris, base, issue.retryAfterMs, context);
  }
}

const decide = 'Il n’y en aura pas d’autre sans votre décision (« annuaire-sync notices retry »).';

function retryOf(
  pris: Pris,
  base: Omit<Reglement, 'etat'>,
  retryAfterMs: number | undefined,
  { settings, now, random }: RepriseContext,
): Reglement {
  const abandoned = (why: string): Reglement => ({
    ...base,
    etat: 'abandonne',
    message: `${base.message} ${why} ${decide}`,
  });
  if (base.estDoute && pris.doutes + 1 > settings.doutesMax) {
    return abandoned('On ignore s’il a abouti.');
  }
  const tentatives = pris.tentatives + 1;
  if (tentatives >= settings.tentativesMax) return abandoned(`${tentatives} envois sans succès.`);
  const asked = Math.min(retryAfterMs ?? 0, settings.attenteMaxMs);
  const wait = Math.max(attenteMs(tentatives, settings, random), asked);
  const at = new Date(now.getTime() + wait);
  if (at.getTime() - pris.premiereTentativeLe.getTime() > settings.dureeMaxMs) {
    return abandoned('Le temps accordé est passé.');
  }
  return { ...base, etat: 'a-envoyer', prochainEnvoiLe: at };
}

/** Doubled each time up to a limit; a random part of its last half, so that what failed together does not return together. */
export function attenteMs(
  tentative: number,
  { attenteMinMs, attenteMaxMs }: RepriseSettings,
  random: () => number,
): number {
  const full = Math.min(attenteMaxMs, attenteMinMs * 2 ** Math.min(30, tentative - 1));
  return Math.round(full * (0.5 + random() / 2));
}
