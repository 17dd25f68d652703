// Text that lines up in a terminal, whatever the accents, and that never drives the terminal.

const invisible = /[\p{Mark}\p{Default_Ignorable_Code_Point}]/u;
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

// Letters of French and their like, one column each: most texts, for which the tables of Unicode need not be built.
const simple = /^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027]*$/u;

/** Columns that a text takes. */
export function widthOf(text: string): number {
  if (simple.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += invisible.test(char) ? 0 : wide.test(char) ? 2 : 1;
  return width;
}

/** What a file said must not move the cursor of whoever reads it. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** The same, of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** What a report may take of a terminal that is `columns` wide. */
export function pageWidth(columns: number): number {
  return Math.min(160, Math.max(60, columns));
}

export function lines(text: readonly string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Cut with an ellipsis when it is too long. */
export function clip(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

/** Lines of at most `width` columns, cut at spaces, each after `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(indent) + widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line];
}

const dateFormat = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
});

const heureFormat = new Intl.DateTimeFormat('fr-FR', {
  timeZone: 'Europe/Paris',
  hour: '2-digit',
  minute: '2-digit',
});

/** 09/10/2026, as a clock in Paris. */
export function formatDate(date: Date): string {
  return dateFormat.format(date);
}

export function formatDateHeure(date: Date): string {
  return `${dateFormat.format(date)} à ${heureFormat.format(date)}`;
}

const nombreFormat = new Intl.NumberFormat('fr-FR');

/** 1 234: with the narrow space of French. */
export function formatNombre(n: number): string {
  return nombreFormat.format(n);
}

/** A table: the first `wordColumns` columns at the left, the others, figures, at the right; the first one gives way. */
export function grid(
  rows: readonly (readonly string[])[],
  width: number,
  wordColumns: number,
): string[] {
  const columns = [...(rows[0] ?? []).keys()];
  const widths = columns.map((i) => Math.max(...rows.map((row) => widthOf(row[i] ?? ''))));
  const others = widths.slice(1).reduce((sum, n) => sum + n + 2, 0);
  widths[0] = Math.max(10, Math.min(widths[0] ?? 0, width - others));
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const columnWidth = widths[i] ?? 0;
        return i < wordColumns
          ? padEnd(clip(cell, columnWidth), columnWidth)
          : padStart(cell, columnWidth);
      })
      .join('  ')
      .trimEnd(),
  );
}
