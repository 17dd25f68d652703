// HTML of which every value is escaped, whoever it comes from.
import { printable } from '../layout.js';

/** Text that is HTML already; made by `html` only. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Fragment = Html | string | number | readonly Html[];

/** A template whose values are escaped, but for what another template made. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index] ?? '')).join(''));
}

function textOf(value: Fragment): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(({ text }) => text).join('');
}

const entites: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For an element's text or a quoted attribute; control and direction characters become U+FFFD. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/gu, (sign) => entites[sign] ?? sign);
}
