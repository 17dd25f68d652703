// axe-core on the page that the browser shows: WCAG 2.1 A and AA, and the good practices apart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, Result, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

export type AxeReport = {
  /** Against WCAG, minor or moderate. */
  readonly mineures: readonly string[];
  readonly bonnesPratiques: readonly string[];
};

/**
 * Fails on what is serious or critical against WCAG 2.1 A or AA, naming the elements; returns the rest.
 * `exclure`: rules, each with the reason why it does not hold on that page.
 */
export async function axe(
  page: Page,
  { exclure = {} }: { readonly exclure?: Readonly<Record<string, string>> } = {},
): Promise<AxeReport> {
  const rules = Object.fromEntries(Object.keys(exclure).map((id) => [id, { enabled: false }]));
  const options: RunOptions = {
    runOnly: { type: 'tag', values: [...wcag, bonnePratique] },
    resultTypes: ['violations'],
    rules,
  };
  await page.evaluate(source);
  const results = await page.evaluate<AxeResults>(
    `axe.configure({ locale: ${locale} }), axe.run(document, ${JSON.stringify(options)})`,
  );
  assert.ok(results.passes.length > 0, 'axe did not find anything to check');
  const against = results.violations.filter(({ tags }) => !tags.includes(bonnePratique));
  const graves = against.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(graves.flatMap(describe), [], `accessibilité de ${page.url()}`);
  return {
    mineures: against.flatMap(describe),
    bonnesPratiques: results.violations
      .filter(({ tags }) => tags.includes(bonnePratique))
      .flatMap(describe),
  };
}

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const bonnePratique = 'best-practice';

const modules = createRequire(import.meta.url);
const source = readFileSync(modules.resolve('axe-core/axe.min.js'), 'utf8');
const locale = readFileSync(modules.resolve('axe-core/locales/fr.json'), 'utf8');

function describe({ id, impact, help, nodes }: Result): string[] {
  return nodes.map(
    ({ html, failureSummary }) =>
      `${id} (${impact ?? '?'}) : ${help}\n  ${html}\n  ${failureSummary ?? ''}`,
  );
}
