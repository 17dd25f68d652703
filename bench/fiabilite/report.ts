// docs/fiabilite.md: what the campaign did, by fault and by invariant, with what it takes to play it again.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import type { Campaign, JudgedRound, Sent } from './campaign.js';
import { describeFault } from './faults.js';
import { invariantNames } from './invariants.js';

const begin = '<!-- campagne : écrit par « npm run bench:fiabilite » -->';
const end = '<!-- fin de la campagne -->';

/** The text of the result; put between its two marks in the page at `path`, the rest of which is written by hand. */
export async function writeReport(campaign: Campaign, path: string | undefined): Promise<string> {
  const text = [headline(campaign), table(campaign), brokenRounds(campaign)].join('\n\n');
  if (path !== undefined) {
    const page = readFileSync(path, 'utf8');
    const [from, to] = [page.indexOf(begin), page.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${path} has lost the marks of the campaign`);
    const whole = `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
    writeFileSync(
      path,
      await format(whole, { ...(await resolveConfig(path)), parser: 'markdown' }),
    );
  }
  return text;
}

function headline(campaign: Campaign): string {
  const { rounds, seed, engine, elapsedMs, referenceMs, without, readCount } = campaign;
  const sound = rounds.filter(({ isSound }) => isSound).length;
  const { version } = JSON.parse(
    readFileSync(join(dirname(findMigrationsDirectory()), 'package.json'), 'utf8'),
  ) as { version: string };
  const day = new Date().toISOString().slice(0, 10);
  return [
    `**${sound} tours sur ${rounds.length} sans une seule entorse aux invariants** (graine ${seed}, le ${day}, programme ${version}, ` +
      `Node ${process.versions.node}, ${engine.split(',')[0] ?? ''}, ${availableParallelism()} processeurs, ` +
      `${Math.round(elapsedMs / 60_000)} minutes). Un cycle sans panne prend ${seconds(referenceMs)}. ` +
      `Pendant les pannes, ${readCount.toLocaleString('fr-FR')} lectures de ce qui est en service : aucune n’a vu un chargement à moitié. ` +
      `En tout ${count(rounds, 'insert')} ajouts, ${count(rounds, 'replace')} modifications et ${count(rounds, 'delete')} suppressions faits par l’Annuaire simulé ` +
      `(${leastOf(rounds)} au moins par tour), ${count(rounds, 'confirmed')} confirmés.`,
    ...(without.length > 0 ? [`Pannes écartées sur cette machine : ${without.join(', ')}.`] : []),
  ].join('\n');
}

function count(rounds: readonly JudgedRound[], kind: keyof Sent): string {
  return rounds.reduce((sum, { sent }) => sum + sent[kind], 0).toLocaleString('fr-FR');
}

function leastOf(rounds: readonly JudgedRound[]): number {
  const totals = rounds.map(({ sent }) => sent.insert + sent.replace + sent.delete);
  return totals.length === 0 ? 0 : Math.min(...totals);
}

function table(campaign: Campaign): string {
  const names = [...new Set(campaign.rounds.map(({ fault }) => fault.kind))].sort((a, b) =>
    a.localeCompare(b, 'fr'),
  );
  const rows = names.map((name) =>
    row(
      name,
      campaign.rounds.filter(({ fault }) => fault.kind === name),
    ),
  );
  const all = row('**toutes**', campaign.rounds);
  const head = [
    'Panne',
    'Tours',
    'Fin de l’étape touchée',
    ...invariantNames,
    'Reprise (médiane, max)',
  ];
  return [head, head.map(() => '---'), ...rows, all]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function row(name: string, rounds: readonly JudgedRound[]): string[] {
  const times = rounds.map(({ recoveryMs }) => recoveryMs).sort((a, b) => a - b);
  const cells = invariantNames.map((invariant) => {
    const broken = rounds.filter(({ verdict }) => verdict[invariant].length > 0).length;
    return broken === 0 ? '✓' : `✗ ${broken}`;
  });
  return [
    name,
    String(rounds.length),
    describeEnds(rounds),
    ...cells,
    `${seconds(times[times.length >> 1] ?? 0)}, ${seconds(times.at(-1) ?? 0)}`,
  ];
}

/** How the stage that was hit ended: by itself (0), by a message (1 or 3), or killed. */
function describeEnds(rounds: readonly JudgedRound[]): string {
  const counts = new Map<string, number>();
  for (const { struck } of rounds) {
    const name =
      struck?.signal != null
        ? 'tuée'
        : struck?.code === 0
          ? 'faite'
          : struck?.code === 3
            ? 'refusée'
            : 'échec dit';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

function brokenRounds({ rounds, seed }: Campaign): string {
  const broken = rounds.filter(({ isSound }) => !isSound);
  if (broken.length === 0) return 'Aucun tour en défaut.';
  return broken
    .map(({ number, fault, verdict }) =>
      [
        `- tour ${number} (\`--graine ${seed} --tour ${number}\`), ${fault.kind} : ${describeFault(fault)}`,
        ...invariantNames.flatMap((name) => verdict[name].map((one) => `  - ${name} : ${one}`)),
      ].join('\n'),
    )
    .join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).replace('.', ',')} s`;
}
