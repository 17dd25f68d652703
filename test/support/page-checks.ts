// What a person meets who zooms, prints nothing and owns no mouse.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axe, type AxeReport } from './axe.js';
import { formats } from './browser.js';

/** axe by day on the narrowest screen, without a side scroll, and by night at a desk; leaves the page as it found it. */
export async function inspectPage(
  page: Page,
  options: Parameters<typeof axe>[1] = {},
): Promise<AxeReport> {
  const size = page.viewportSize();
  await page.setViewportSize(formats.etroit);
  await page.emulateMedia({ colorScheme: 'light' });
  await assertNoSideScroll(page);
  const byDay = await axe(page, options);
  await page.setViewportSize(formats.bureau);
  await page.emulateMedia({ colorScheme: 'dark' });
  await assertNoSideScroll(page);
  const byNight = await axe(page, options);
  await page.emulateMedia({ colorScheme: null });
  if (size) await page.setViewportSize(size);
  const both = (one: keyof AxeReport): string[] => [...new Set([...byDay[one], ...byNight[one]])];
  return { mineures: both('mineures'), bonnesPratiques: both('bonnesPratiques') };
}

/** WCAG 1.4.10: at 320 px nothing is beyond the right edge. Boxes that scroll by themselves may hold wider contents. */
export async function assertNoSideScroll(page: Page): Promise<void> {
  assert.deepEqual(await page.evaluate<string[]>(tooWide), [], `plus large que l'écran`);
}

/**
 * Presses Tab from the top of the page until it is left: what has the focus each time, as « button Accepter ».
 * Fails on an element whose focus cannot be seen, and on a page that never lets the focus go.
 */
export async function tabOrder(page: Page, stopsMax = 200): Promise<readonly string[]> {
  await page.evaluate('document.activeElement?.blur?.(); getSelection()?.removeAllRanges()');
  const stops: string[] = [];
  while (stops.length <= stopsMax) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop | null>(focused);
    if (!stop) return stops;
    assert.ok(stop.estVisible, `le focus ne se voit pas : ${stop.nom}`);
    stops.push(stop.nom);
  }
  assert.fail(`plus de ${stopsMax} arrêts : ${stops.slice(0, 10).join(', ')}…`);
}

type Stop = { readonly nom: string; readonly estVisible: boolean };

// Expressions for the browser: the compiler knows no DOM here, which src must not use.
const tooWide = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const isWide = (node) => {
    const range = document.createRange();
    range.selectNode(node);
    return [...range.getClientRects()].some(({ right }) => right > width + 0.5);
  };
  const walker = document.createTreeWalker(document.body);
  const wide = [];
  while (walker.nextNode()) if (isWide(walker.currentNode)) wide.push(walker.currentNode);
  return wide.slice(0, 5).map((node) => (node.outerHTML ?? node.data).slice(0, 150)).concat(
    'la page : ' + document.documentElement.scrollWidth + ' px sur ' + width,
  );
})()`;

const focused = `(() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent
    ?? (element.textContent || element.value || element.name || '');
  const style = getComputedStyle(element);
  const hasOutline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return {
    nom: element.localName + ' ' + label.trim().replace(/\\s+/g, ' ').slice(0, 80),
    estVisible: hasOutline || style.boxShadow !== 'none',
  };
})()`;
