// A real browser, Debian's: one for a test file, started by the first test that needs it and closed after the last; a clean context for each test.
import assert from 'node:assert/strict';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { watchPage, type PageFaults } from './page-faults.js';

/** Sizes at which pages are looked at; the first is the narrowest that WCAG 1.4.10 asks for. */
export const formats = {
  etroit: { width: 320, height: 640 },
  telephone: { width: 390, height: 844 },
  bureau: { width: 1280, height: 800 },
} as const;

export type InBrowserOptions = {
  /** `bureau` unless told. */
  readonly format?: keyof typeof formats;
  readonly estSombre?: boolean;
  readonly sansJavaScript?: boolean;
  /** Where the browser may go besides the first origin that it is sent to: an identity provider. */
  readonly origines?: readonly string[];
  /** Console errors and failed requests that the test is about. */
  readonly fautesAttendues?: readonly RegExp[];
  /** Anything else of the context: a certificate to accept, cookies… */
  readonly contexte?: BrowserContextOptions;
};

export type InBrowser = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page has done wrong until now; must be empty when the test ends. */
  readonly faults: PageFaults;
  readonly t: TestContext;
};

/** Debian's name first. */
const programs = ['chromium', 'chromium-browser', 'google-chrome'];
const program = findProgram();

/** Why the tests that need a browser are skipped; false when they are not. In CI they fail instead (scripts/test-tools.mjs). */
export const browserSkip: string | false =
  program === undefined ? 'chromium est absent : sudo apt-get install chromium' : false;

/**
 * A test in a page of its own, in French, at Paris. It fails also when the page told an error, loaded what it should not,
 * or asked another origin for anything; what it looked like then is in var/navigateur.
 */
export function testInBrowser(
  name: string,
  options: InBrowserOptions,
  work: (tools: InBrowser) => Promise<void>,
): void {
  test(name, { skip: browserSkip }, async (t) => {
    const context = await (await getBrowser()).newContext(contextOptions(options));
    context.setDefaultTimeout(20_000);
    try {
      const page = await context.newPage();
      const faults = watchPage(context, page, options.origines ?? []);
      try {
        await work({ page, context, faults, t });
        assert.deepEqual(faults.list(options.fautesAttendues), []);
      } catch (error) {
        t.diagnostic(`écran : ${await keepScreen(page, name)}`);
        throw error;
      }
    } finally {
      await context.close();
    }
  });
}

/** The file that holds what the page looks like now, to be looked at by a person. */
export async function keepScreen(page: Page, name: string): Promise<string> {
  const folder = join(dirname(findMigrationsDirectory()), 'var', 'navigateur');
  mkdirSync(folder, { recursive: true });
  const file = `${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 100)}.png`;
  const path = join(folder, file);
  try {
    await page.screenshot({ path, fullPage: true });
    return path;
  } catch (error) {
    return `impossible (${error instanceof Error ? error.message : String(error)})`;
  }
}

function contextOptions(options: InBrowserOptions): BrowserContextOptions {
  return {
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    viewport: formats[options.format ?? 'bureau'],
    colorScheme: options.estSombre === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
    javaScriptEnabled: options.sansJavaScript !== true,
    ...options.contexte,
  };
}

let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

function getBrowser(): Promise<Browser> {
  return (browser ??= chromium.launch({
    executablePath: program ?? '',
    // The kernel gives root no sandbox to put the browser in; the pages are ours.
    chromiumSandbox: process.getuid?.() !== 0,
  }));
}

function findProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return programs.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
