// One node as Prometheus sees it: the real /metrics of a real web server, over a real database and a real LDAP server.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/load-settings.js';
import { lireLdap } from '../../src/commands/ldap-metriques.js';
import { openMesures, type Mesures } from '../../src/commands/metriques.js';
import { createPool, type Pool } from '../../src/db/pool.js';
import type { EtatNoeud } from '../../src/domain/etat-noeud.js';
import type { LdapServer } from '../../src/ldap/server/server.js';
import { MesureHttp } from '../../src/metriques/http.js';
import { MesurePool } from '../../src/metriques/pool.js';
import { noterDerniere } from '../../src/sauvegarde/dernier.js';
import { recordTrace } from '../../src/store/journal.js';
import { insertNoeud, noterVu } from '../../src/store/noeud.js';
import { commencerPassage, finirPassage } from '../../src/store/passage.js';
import { createHealthNoeud } from '../../src/web/health.js';
import { WebServer } from '../../src/web/server.js';
import { emptyTables } from './empty-tables.js';
import { testDatabase, type TestDatabase } from './database.js';
import { tempFolder } from './extraction-files.js';
import { snapshotOf, startServer } from './ldap-server.js';
import { webSettings } from './web-server.js';

export class NoeudSurveille {
  readonly database: TestDatabase;
  readonly pool: Pool;
  readonly http = new MesureHttp();
  readonly mesures: Mesures;
  readonly config: string;
  readonly dataDir: string;
  readonly certificat: string;
  readonly server: WebServer;
  /** What /readyz answers. */
  estPret = true;
  ldap: LdapServer;
  url = '';

  constructor(database: TestDatabase, ldap: LdapServer, reglages: string) {
    this.database = database;
    this.ldap = ldap;
    const folder = tempFolder();
    this.dataDir = join(folder, 'donnees');
    this.certificat = join(folder, 'web.pem');
    mkdirSync(this.dataDir);
    this.certifier(400);
    this.config = join(folder, 'annuaire-sync.yaml');
    writeFileSync(
      this.config,
      `dataDir: ${this.dataDir}
database: { url: '${database.url}' }
operateur: { nom: Essai, domaines: [chu.mssante.fr] }
web: { tls: { certificat: ${this.certificat}, cle: ${this.certificat}.key } }
${reglages || 'metriques: { fraicheurSecondes: 0 }'}
`,
    );
    this.pool = createPool(
      {
        connectionString: database.url,
        max: 1,
        statementTimeoutMs: 5_000,
        applicationName: 'essai',
      },
      () => undefined,
    );
    const base = new MesurePool(this.pool);
    const settings = loadSettings(this.config);
    // As on a base of the program's own, that nobody else saves.
    const privee = { ...settings, database: { ...settings.database, url: undefined } };
    this.mesures = openMesures(privee, {
      nom: 'web',
      sources: [() => this.http.lire(), () => base.lire(), () => lireLdap(this.ldap)],
      now: () => new Date(),
    });
    this.mesures.suivre(database.url);
    this.server = new WebServer({
      settings: webSettings,
      mesure: this.http,
      report: () => undefined,
      plugins: [
        ...this.mesures.plugins,
        createHealthNoeud({
          raisons: () =>
            this.estPret ? [] : [{ code: 'ESSAI', message: 'essai', estBloquante: true }],
          details: () => ({}),
        }),
        (app) => {
          app.get('/panne', () => {
            throw new Error('planted');
          });
        },
      ],
    });
  }

  /** A certificate of its own for the web server, valid so long. */
  certifier(days: number): void {
    execFileSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=essai -days ${days}`
        .split(' ')
        .concat('-keyout', `${this.certificat}.key`, '-out', this.certificat),
      { stdio: 'ignore' },
    );
  }

  async start(): Promise<void> {
    this.url = await this.server.start();
  }

  /** '' when nobody answers. */
  async scrape(headers: Record<string, string> = {}): Promise<string> {
    const answer = await fetch(`${this.url}/metrics`, { headers }).catch(() => undefined);
    return answer?.ok ? answer.text() : '';
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.mesures.stop();
    await this.pool.end();
    await this.database.drop();
  }
}

/** Where nothing is wrong. */
export async function demarrerNoeud(reglages = ''): Promise<NoeudSurveille> {
  const database = await testDatabase();
  const { server } = await startServer();
  server.serve(snapshotFraiche());
  const noeud = new NoeudSurveille(database, server, reglages);
  await noeud.start();
  return noeud;
}

export function snapshotFraiche(ageHeures = 1): ReturnType<typeof snapshotOf> {
  return { ...snapshotOf(20), extractionDate: ilYA(ageHeures), builtAt: ilYA(ageHeures) };
}

export function ilYA(heures: number): Date {
  return new Date(Date.now() - heures * 3_600_000);
}

const etapeSaine = 'extraction';

export function etatSain(more: Partial<EtatNoeud> = {}): EtatNoeud {
  return {
    noeud: 'noeud-1',
    depuis: ilYA(48).toISOString(),
    services: [{ nom: 'ldap-1', etat: 'pret', raisons: [] }],
    etapes: [{ nom: etapeSaine, prochaine: ilYA(-20).toISOString(), estEnCours: false }],
    base: { estJoignable: true, depuis: ilYA(48).toISOString(), lectureSeule: false },
    ...more,
  };
}

const tables = [
  'source_load',
  'source_run',
  'reconcile_run',
  'mesure_jour',
  'mesure_total',
  'hygiene_run',
  'plan',
  'feed_operation',
  'passage',
  'noeud',
  'avis',
  'point_ecarte',
  'demande',
];

/** Everything was done an hour ago, and went well. The journal only grows: it is left as it is. */
export async function rendreSain(pool: Pool): Promise<void> {
  await emptyTables(pool, tables);
  await pool.query(`update feed_channel set paused_until = null, pause_reason = null, opening_count = 0, stopped_at = null,
      stop_code = null, stop_message = null;
    insert into source_load (source, version, genere_le, loaded_at, origin, size_bytes, line_count, added_count, gone_count,
        is_full, inventaire_source)
      select source, 'v1', now() - interval '1 hour', now() - interval '1 hour', '/essai', 10, 1000, 5, 3, false, inventaire
      from (values ('liste-blanche', null), ('finess', null), ('professionnels', null), ('bals', null),
        ('inventaire', 'fichier')) s (source, inventaire);
    insert into source_run (source, started_at, finished_at, outcome, version, load_id, inventaire_source)
      select source, loaded_at, loaded_at, 'loaded', version, id, inventaire_source from source_load;
    insert into reconcile_run (started_at, finished_at, judged_at, mode, loads, settings_fingerprint, bal_count,
        opened_count, closed_count, open_count, par_code)
      values (now(), now() - interval '1 hour', now(), 'full', '{}', '', 1000, 2, 1, 12, '{"PER_TYPE_10": 12}');
    insert into mesure_jour (jour, run_id, mesure_at) values (current_date, 1, now());
    insert into mesure_total (jour, chiffre, valeur, hausse, baisse) values (current_date, 'publiees', 1000, 0, 0);
    insert into hygiene_run (started_at, finished_at, author, per_count, dated_count)
      values (now(), now(), 'essai', 900, 900);
    insert into plan (computed_at, reconcile_run_id, loads, settings_fingerprint, suppressions_fingerprint, etat,
        insert_count, replace_count, delete_count, retenue_count)
      values (now(), 1, '{}', '', '', 'ouvert', 3, 2, 1, 0)`);
  await insertNoeud(pool, {
    nom: 'noeud-1',
    version: '0',
    pid: 1,
    demarreLe: new Date(),
    etat: etatSain(),
  });
  await passer(pool, 'reussite');
}

export async function sauver({ dataDir }: NoeudSurveille, finieLe = ilYA(1)): Promise<void> {
  await noterDerniere(dataDir, { finieLe: finieLe.toISOString(), octets: 1, fichier: '/essai' });
}

/** The base was made then. */
export async function dater(pool: Pool, creeeLe: Date): Promise<void> {
  await pool.query('update schema_migration set applied_at = $1::timestamptz', [creeeLe]);
}

/** The stage should have succeeded since. */
export async function attendreSucces(pool: Pool, depuis: Date): Promise<void> {
  const etape = { nom: etapeSaine, estEnCours: false, prochaine: ilYA(-20).toISOString() };
  const etapes = [{ ...etape, succesAttenduDepuis: depuis.toISOString() }];
  await noterVu(pool, '1', etatSain({ etapes }), new Date());
}

/** One run of a stage. `issue` undefined: it has not ended. */
export async function passer(
  pool: Pool,
  issue: 'reussite' | 'echec' | 'refus' | undefined,
  debut = ilYA(2),
): Promise<void> {
  const run = await commencerPassage(
    pool,
    {
      etape: etapeSaine,
      prevuLe: debut,
      noeud: 'noeud-1',
      pid: 1,
      correlation: '5ae3c0de-0000-4000-8000-000000000001',
      tentativesMax: 3,
    },
    debut,
  );
  if (!run || !issue) return;
  const fin = { issue, code: undefined, message: '', exitCode: 0 };
  await finirPassage(pool, run, fin, ilYA(1));
}

export async function tracer(
  pool: Pool,
  action: 'journal.verification' | 'purge',
  issue: 'reussite' | 'echec',
  at: Date,
): Promise<void> {
  await recordTrace(
    pool,
    {
      action,
      issue,
      auteur: { genre: 'programme', id: 'annuaire-sync', nom: 'annuaire-sync' },
      objets: [],
      poste: { adresse: 'essai', agent: 'essai' },
      requete: {},
      reponse: {},
      correlation: 'essai',
    },
    at,
  );
}
