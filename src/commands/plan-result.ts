// What a decision did, in French.
import { estLevee, libellesKind } from '../domain/plan.js';
import { kindsOperation } from '../domain/feed-operation.js';
import type { ApproveResult, RejectResult } from '../plan/decide.js';
import type { CompteChoisi } from '../store/plan-decision.js';

export function describeApproval(result: ApproveResult): string {
  const { planId, comptes, approuvees, premieres, dejaVues, gardesLevees, reprises } = result;
  const lines = gardesLevees.map((garde) =>
    estLevee(garde)
      ? `✓ Garde levée : ${garde.message}`
      : `✓ Garde levée pour ${garde.domainesLeves.join(', ')} : ${garde.message}`,
  );
  if (comptes.length > 0) lines.push(`Plan n° ${planId}, choisies : ${describeCounts(comptes)}.`);
  if (approuvees > 0) {
    lines.push(
      `✓ ${count(approuvees)} approuvée${plural(approuvees)} : « annuaire-sync push » les enverra.`,
    );
  }
  if (premieres > 0) {
    lines.push(
      `✓ ${count(premieres)} suppression${plural(premieres)} approuvée${plural(premieres)} une première fois : ` +
        'une autre personne doit encore les approuver.',
    );
  }
  if (dejaVues > 0) {
    lines.push(
      `  ${count(dejaVues)} que vous aviez déjà approuvée${plural(dejaVues)} : une autre personne doit le faire.`,
    );
  }
  if (reprises.size > 0) {
    lines.push(
      `  dont ${count(reprises.size)} écartée${plural(reprises.size)} auparavant, reprise${plural(reprises.size)}.`,
    );
  }
  return lines.length === 0
    ? `Plan n° ${planId} : aucune opération à décider ne répond à ce choix.`
    : lines.join('\n');
}

export function describeRejection({ planId, ecartees, comptes }: RejectResult): string {
  return ecartees === 0
    ? `Plan n° ${planId} : aucune opération à décider ne répond à ce choix.`
    : `✓ Plan n° ${planId}, écartées : ${describeCounts(comptes)}. Elles ne reviendront que si leur cause change.`;
}

function describeCounts(comptes: readonly CompteChoisi[]): string {
  return kindsOperation
    .map((kind) => ({
      kind,
      n: comptes.filter((c) => c.kind === kind).reduce((sum, c) => sum + c.nombre, 0),
    }))
    .filter(({ n }) => n > 0)
    .map(
      ({ kind, n }) =>
        `${count(n)} ${n > 1 ? libellesKind[kind].plusieurs : libellesKind[kind].un}`,
    )
    .join(', ');
}

function count(n: number): string {
  return n.toLocaleString('fr-FR');
}

function plural(n: number): string {
  return n > 1 ? 's' : '';
}
