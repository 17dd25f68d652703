// What a push did, and what is left, for the person who ran it.
import { libellesKind } from '../domain/plan.js';
import type { ConfirmSummary } from '../feed/confirm.js';
import type { PushResult } from './push.js';
import { formatDate } from './format-date.js';

export const nombre = (n: number): string => n.toLocaleString('fr-FR');

export function describePush(result: PushResult): string {
  const { insert, replace, delete: deleted } = result.accepted;
  const done = insert + replace + deleted;
  const lines = [
    outcome(result, done),
    ...(['insert', 'replace', 'delete'] as const)
      .filter((kind) => result.accepted[kind] > 0)
      .map(
        (kind) =>
          `    ${libellesKind[kind].plusieurs.padEnd(16)}${nombre(result.accepted[kind]).padStart(8)}`,
      ),
    ...troubles(result),
    ...confirmed(result.confirmation),
    ...remaining(result),
  ];
  return lines.join('\n');
}

function outcome({ callCount, durationMs, stop, pause }: PushResult, done: number): string {
  if (done > 0)
    return `✓ ${nombre(done)} opérations acceptées par l’Annuaire${pace(done, durationMs)}`;
  if (stop ?? pause) return '! Rien n’est parti, ou rien n’a abouti.';
  return callCount === 0
    ? '  Rien à envoyer maintenant.'
    : '! Aucune opération acceptée par l’Annuaire';
}

function pace(done: number, durationMs: number): string {
  if (done === 0 || durationMs < 1_000) return '';
  const perSecond = ((done * 1_000) / durationMs).toLocaleString('fr-FR', {
    maximumFractionDigits: 1,
  });
  return ` (${perSecond} par seconde)`;
}

function troubles(result: PushResult): string[] {
  const stuck = result.heldCount + result.deadCount;
  const told = result.failures.map(({ id, code, message }) => `    ${id} ${code} : ${message}`);
  return [
    ...(result.stop ? [`! Canal arrêté (${result.stop.code}) : ${result.stop.message}`] : []),
    ...(result.pause
      ? [
          `! Canal en pause jusqu’au ${formatDate(result.pause.until)} : ${result.pause.reason}`,
          '  Rien n’est perdu : relancez « annuaire-sync push » après cette heure, ou « push --jusqu-au-bout » pour l’attendre.',
        ]
      : []),
    ...(stuck > 0
      ? [
          `! ${nombre(result.deadCount)} refusées et ${nombre(result.heldCount)} retenues : elles attendent une décision`,
        ]
      : []),
    ...told,
    ...(stuck > told.length ? [`    … toutes : « annuaire-sync push status »`] : []),
    ...(result.takenOverCount > 0
      ? [`  ${nombre(result.takenOverCount)} opérations reprises d’un processus disparu`]
      : []),
    ...(result.lostCount > 0
      ? [
          `  ${nombre(result.lostCount)} résultats arrivés après leur bail : un autre processus les a reprises`,
        ]
      : []),
    ...(result.isInterrupted
      ? ['! Arrêté à votre demande : le reste partira au prochain « push ».']
      : []),
  ];
}

function confirmed(confirmation: ConfirmSummary | undefined): string[] {
  if (!confirmation) return [];
  const { byExtractionCount, byReadingCount, contradictedCount, readingFault } = confirmation;
  return [
    ...(byExtractionCount + byReadingCount > 0
      ? [
          `✓ ${nombre(byExtractionCount)} opérations confirmées par les extractions, ${nombre(byReadingCount)} par lecture`,
        ]
      : []),
    ...(contradictedCount > 0
      ? [
          `! ${nombre(contradictedCount)} opérations acceptées, mais que l’Annuaire montre autrement, deux jours de suite : le prochain plan les propose de nouveau`,
        ]
      : []),
    ...(readingFault === undefined
      ? []
      : [`  Lecture de confirmation interrompue : ${readingFault}`]),
  ];
}

function remaining({ remainingCount, nextDueAt, plan, endedAt }: PushResult): string[] {
  const lines: string[] = [];
  if (remainingCount > 0) {
    const when =
      nextDueAt && nextDueAt > endedAt
        ? `, la prochaine le ${formatDate(nextDueAt)}`
        : ', dès que possible ou après une autre (« annuaire-sync push status »)';
    const reste =
      remainingCount === 1 ? 'Reste 1 opération' : `Restent ${nombre(remainingCount)} opérations`;
    lines.push(`  ${reste} à envoyer${when}.`);
  }
  if (plan && plan.plannedCount > 0) {
    lines.push(
      plan.etat === 'bloque'
        ? `! Le plan ${plan.id} est retenu par une garde : « annuaire-sync plan show » dit laquelle, « plan approve --override » la lève.`
        : `  ${nombre(plan.plannedCount)} opérations du plan ${plan.id} attendent une décision : « annuaire-sync plan approve ».`,
    );
  }
  return lines;
}
