import type { WriteStream } from 'node:tty';
import type { Progress, ProgressStep } from '../progress.js';

const redrawEveryMs = 100;

/** A step quicker than this leaves no line behind. */
const worthTellingMs = 200;

type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };

/** A bar that is redrawn on a terminal; one line at the end of each step elsewhere. */
export function terminalProgress(out: Output, now: () => number = Date.now): Progress {
  let current: ProgressStep | undefined;
  let startedAt = 0;
  let drawnAt = 0;
  let lineCount = 0;
  let amount = 0;
  const isTerminal = out.isTTY === true;

  const widthMax = (): number => Math.max(1, (out.columns ?? 80) - 1);
  const clear = (): void => {
    if (isTerminal) out.write('\r\u001B[2K');
  };
  const end = (summary?: string): void => {
    if (!current) return;
    clear();
    const elapsedMs = now() - startedAt;
    if (elapsedMs >= worthTellingMs || summary !== undefined) {
      out.write(`${finalLine(current, amount, lineCount, elapsedMs, summary)}\n`);
    }
    current = undefined;
  };
  return {
    step: (step) => {
      end();
      current = step;
      startedAt = now();
      drawnAt = 0;
      amount = 0;
      lineCount = 0;
      if (isTerminal) out.write(`  ${step.label}…`.slice(0, widthMax()));
    },
    update: (done, lines = 0) => {
      amount = done;
      lineCount = lines;
      if (!current || !isTerminal || now() - drawnAt < redrawEveryMs) return;
      drawnAt = now();
      clear();
      out.write(bar(current, done, lines, now() - startedAt).slice(0, widthMax()));
    },
    end,
  };
}

function bar(step: ProgressStep, done: number, lines: number, elapsedMs: number): string {
  const counted =
    lines > 0 && step.unit !== 'lignes' ? `  ${lines.toLocaleString('fr-FR')} lignes` : '';
  if (step.total === undefined || step.total === 0) {
    return `  ${step.label}  ${quantity(done, step.unit)}${counted}`;
  }
  const share = Math.min(1, done / step.total);
  const filled = Math.round(share * 24);
  const left = share > 0.02 ? `  reste ${duration((elapsedMs * (1 - share)) / share)}` : '';
  return (
    `  ${step.label}  [${'█'.repeat(filled)}${'·'.repeat(24 - filled)}] ` +
    `${Math.floor(share * 100)} %${counted}${left}`
  );
}

function finalLine(
  step: ProgressStep,
  done: number,
  lines: number,
  elapsedMs: number,
  summary: string | undefined,
): string {
  const facts = [
    ...(done > 0 ? [quantity(done, step.unit)] : []),
    ...(lines > 0 && step.unit !== 'lignes' ? [`${lines.toLocaleString('fr-FR')} lignes`] : []),
    duration(elapsedMs),
  ];
  return `  ${step.label} : ${summary ?? facts.join(', ')}`;
}

function quantity(value: number, unit: ProgressStep['unit']): string {
  if (unit === 'lignes') return `${value.toLocaleString('fr-FR')} lignes`;
  const units = ['octets', 'Ko', 'Mo', 'Go'] as const;
  const power = value < 1 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3));
  const digits = power === 0 ? 0 : 1;
  return `${(value / 1000 ** power).toLocaleString('fr-FR', { maximumFractionDigits: digits })} ${units[power] ?? ''}`;
}

function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toLocaleString('fr-FR', { maximumFractionDigits: 1 })} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 90
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
