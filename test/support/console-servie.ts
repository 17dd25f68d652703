// The console as it is served, on a test's database: its accounts, and browsers that sign in to it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { loadSettings } from '../../src/config/load-settings.js';
import type { Pool } from '../../src/db/pool.js';
import type { Role } from '../../src/domain/role.js';
import type { Compte } from '../../src/store/compte.js';
import { Coffre } from '../../src/web/compte/coffre.js';
import { MotsDePasse } from '../../src/web/compte/mot-de-passe.js';
import { ouvrirCompte } from '../../src/web/compte/ouverture.js';
import type { EspaceConsole } from '../../src/web/console/console.js';
import { WebServer } from '../../src/web/server.js';
import type { TestDatabase } from './database.js';
import { buildSite, cleDesComptes } from './site.js';
import { tempFolder } from './extraction-files.js';
import { Navigateur, type Reponse } from './navigateur.js';
import { webSettings } from './web-server.js';

export const motDePasse = 'quatre mots sans rapport';

export type ConsoleServie = {
  readonly url: string;
  readonly espace: EspaceConsole;
  /** French lines for the journal of the service. */
  readonly lines: readonly string[];
  readonly stop: () => Promise<void>;
};

/** `reglages`: lines of YAML besides the opérateur and the database. */
export async function servirConsole(
  db: TestDatabase,
  now: () => Date,
  reglages = '',
): Promise<ConsoleServie> {
  const config = join(tempFolder(), 'annuaire-sync.yaml');
  writeFileSync(config, `operateur: { nom: CHU Exemple, domaines: [x.mssante.fr] }\n${reglages}`);
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const settings = loadSettings(config);
  const site = await buildSite(settings, db, { now, report });
  const { plugins, espaceConsole } = site;
  const server = new WebServer({ settings: webSettings, plugins, report });
  const url = await server.start();
  const stop = async (): Promise<void> => {
    await server.stop();
    await site.stop();
  };
  return { url, espace: espaceConsole, lines, stop };
}

export type CompteEssai = {
  readonly compte: Compte;
  readonly codeAt: (at: Date) => string;
  /** Undefined when it has a password. */
  readonly codeActivation: string | undefined;
};

const motsDePasse = new MotsDePasse();
let hashed: Promise<string> | undefined;

/** With the password `motDePasse`, or to be activated. */
export async function creerCompte(
  pool: Pool,
  { nom, role, aActiver = false }: { nom: string; role: Role; aActiver?: boolean },
  now: Date,
): Promise<CompteEssai> {
  hashed ??= motsDePasse.hash(motDePasse);
  const empreinte = aActiver ? undefined : await hashed;
  const demande = { nom, role, empreinte, activationHeures: 48, par: 'essai' };
  const made = await ouvrirCompte(pool, new Coffre(cleDesComptes), demande, now);
  assert.ok(made, `${nom} is taken`);
  const secret = new Secret({ buffer: Uint8Array.from(made.secret).buffer });
  return {
    compte: made.compte,
    codeActivation: made.codeActivation,
    codeAt: (at) => new TOTP({ secret }).generate({ timestamp: at.getTime() }),
  };
}

/** Both steps, on a browser of its own unless one is given; the answer to the second one. */
export async function seConnecter(
  url: string,
  { compte, codeAt }: CompteEssai,
  at: Date,
  navigateur = new Navigateur(url),
): Promise<{ readonly navigateur: Navigateur; readonly reponse: Reponse }> {
  const first = await navigateur.poster('/console/connexion', '/console/connexion', {
    nom: compte.nom,
    motDePasse,
  });
  assert.equal(first.vers, '/console/connexion/code', first.texte);
  const code = codeAt(at);
  const reponse = await navigateur.poster('/console/connexion/code', '/console/connexion/code', {
    code,
  });
  return { navigateur, reponse };
}
