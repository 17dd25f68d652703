// The pages as the command `web` builds them, on a test's database.
import { openConsolePlan } from '../../src/commands/console-plan.js';
import { demandesSettings } from '../../src/commands/demandes-settings.js';
import { createPages, type SitePages } from '../../src/commands/web-pages.js';
import type { Settings } from '../../src/config/settings.js';
import type { TestDatabase } from './database.js';

export const cleDesComptes = Buffer.alloc(32, 5);

export type SiteEssai = SitePages & { readonly stop: () => Promise<void> };

export async function buildSite(
  settings: Settings,
  { pool, url }: TestDatabase,
  { now, report }: { readonly now: () => Date; readonly report: (line: string) => void },
): Promise<SiteEssai> {
  const consolePlan = openConsolePlan(settings, url, { now, report });
  const pages = createPages(settings, {
    pool,
    demandes: await demandesSettings(settings, pool),
    plan: consolePlan.port,
    cle: Buffer.alloc(32, 6),
    cleDesComptes,
    now,
    report,
  });
  return { ...pages, stop: () => consolePlan.stop() };
}
