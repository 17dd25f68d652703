// What a page must never do, whatever is tested: tell an error, miss a resource, ask another origin for anything.
import type { BrowserContext, Page, Request } from 'playwright-core';

export type PageFaults = {
  /** Those that none of `expected` matches. */
  readonly list: (expected?: readonly RegExp[]) => readonly string[];
};

/** `origins`: where the browser may be sent besides the origin of its first page. */
export function watchPage(
  context: BrowserContext,
  page: Page,
  origins: readonly string[],
): PageFaults {
  const faults: string[] = [];
  const allowed = new Set(origins);
  context.on('request', (request) => {
    const origin = originOf(request.url());
    if (origin === undefined) return;
    if (allowed.size === origins.length) allowed.add(origin);
    if (!allowed.has(origin)) faults.push(`demande à une autre origine : ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() < 400 || isPageItself(response.request())) return;
    faults.push(`réponse ${response.status()} : ${response.url()}`);
  });
  context.on('requestfailed', (request) => {
    const cause = request.failure()?.errorText ?? '';
    // A page that is left does not wait for the rest of what it asked for.
    if (cause !== 'net::ERR_ABORTED') faults.push(`demande échouée (${cause}) : ${request.url()}`);
  });
  page.on('console', (message) => {
    // What did not load is told above, with its status; that a page itself is a 404 is no error of the page.
    if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
    faults.push(`console : ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`erreur de script : ${error.message}`));
  return {
    list: (expected = []) => faults.filter((fault) => !expected.some((some) => some.test(fault))),
  };
}

/** Undefined for what asks nobody: data:, blob:, about:. */
function originOf(url: string): string | undefined {
  return /^(?:https?|wss?):/u.test(url) ? new URL(url).origin : undefined;
}

function isPageItself(request: Request): boolean {
  return request.isNavigationRequest() && request.frame().parentFrame() === null;
}
