// Each alert, provoked in the program, read on its real /metrics, judged by Prometheus's own evaluator.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findMigrationsDirectory } from '../../src/db/migrate.js';
import { pauseChannel, stopChannel } from '../../src/store/feed-channel.js';
import { insertNoeud, noterVu } from '../../src/store/noeud.js';
import { mettreEnFile } from '../support/avis.js';
import { mainProgram } from '../support/command.js';
import { enfiler } from '../support/feed-queue.js';
import { connectRaw } from '../support/ldap-raw-client.js';
import { snapshotOf, startServer } from '../support/ldap-server.js';
import {
  attendreSucces,
  dater,
  demarrerNoeud,
  etatSain,
  ilYA,
  passer,
  rendreSain,
  sauver,
  snapshotFraiche,
  tracer,
  type NoeudSurveille,
} from '../support/noeud-surveille.js';
import {
  evaluer,
  skipWithoutPromtool,
  verifierExposition,
  verifierRegles,
  type Situation,
} from '../support/promtool.js';

const regles = join(dirname(findMigrationsDirectory()), 'docs', 'supervision', 'alertes.yml');

type Cas = {
  readonly alertes: readonly string[];
  /** What goes wrong. `texte`: in the place of what the node then exposes. */
  readonly provoquer: (noeud: NoeudSurveille) => unknown;
  readonly reparer?: (noeud: NoeudSurveille) => unknown;
};

const sql =
  (text: string) =>
  async ({ pool }: NoeudSurveille): Promise<void> => {
    await pool.query(text);
  };

const cas: readonly Cas[] = [
  { alertes: [], provoquer: () => undefined },
  {
    alertes: ['SourceEnRetard'],
    provoquer: sql(
      `update source_load set genere_le = now() - interval '3 days' where source = 'finess'`,
    ),
  },
  {
    alertes: ['SourceEnRetard'],
    provoquer: sql(
      `delete from source_run where source = 'finess'; delete from source_load where source = 'finess'`,
    ),
  },
  {
    alertes: ['InventaireEnRetard'],
    provoquer:
      sql(`update source_load set genere_le = null, loaded_at = now() - interval '3 days' where source = 'inventaire';
      update source_run set finished_at = now() - interval '3 days' where source = 'inventaire'`),
  },
  {
    alertes: ['InventaireEnRetard'],
    provoquer: sql(
      `delete from source_run where source = 'inventaire'; delete from source_load where source = 'inventaire'`,
    ),
  },
  {
    alertes: ['SourceEnEchec'],
    provoquer: sql(
      `insert into source_run (source, finished_at, outcome) values ('bals', now(), 'refused')`,
    ),
  },
  {
    alertes: ['EtapeEnEchec'],
    provoquer: ({ pool }) => passer(pool, 'echec', ilYA(1.5)),
  },
  {
    alertes: ['EtapeRefusee'],
    provoquer: ({ pool }) => passer(pool, 'refus', ilYA(1.5)),
  },
  {
    alertes: ['EtapeInterminable'],
    provoquer: async ({ pool }) => {
      await pool.query('truncate passage');
      await passer(pool, undefined, ilYA(8));
    },
  },
  {
    alertes: ['EtapeSansSucces'],
    provoquer: async ({ pool }) => {
      await attendreSucces(pool, ilYA(0.5));
      // Killed: it has no issue, and is begun anew.
      await passer(pool, undefined, ilYA(0.1));
    },
  },
  {
    alertes: ['EtapeSansSucces'],
    provoquer: async ({ pool }) => {
      await pool.query('truncate passage');
      await attendreSucces(pool, ilYA(3));
    },
  },
  {
    alertes: [],
    provoquer: ({ pool }) => attendreSucces(pool, ilYA(3)),
  },
  {
    alertes: ['EtapeNonPassee'],
    provoquer: async ({ pool }) => {
      const prochaine = ilYA(3).toISOString();
      const etapes = [{ nom: 'extraction', prochaine, estEnCours: false }];
      await noterVu(pool, '1', etatSain({ etapes }), new Date());
    },
  },
  {
    alertes: ['NoeudParti'],
    provoquer: async ({ pool }) => {
      const gone = { nom: 'noeud-2', version: '0', pid: 1, demarreLe: ilYA(0.5), etat: etatSain() };
      await insertNoeud(pool, gone);
    },
  },
  {
    alertes: ['ServiceNonPret'],
    provoquer: async ({ pool }) => {
      const services = [{ nom: 'web-1', etat: 'degrade' as const, raisons: ['essai'] }];
      await noterVu(pool, '1', etatSain({ services }), new Date());
    },
  },
  {
    alertes: ['RapprochementEnRetard'],
    provoquer: sql(`update reconcile_run set finished_at = now() - interval '3 days'`),
  },
  { alertes: ['RapprochementEnRetard'], provoquer: sql('truncate plan, reconcile_run cascade') },
  {
    alertes: ['HygieneArretee'],
    provoquer: sql(`update hygiene_run set arrets = '{SUPPRESSIONS}'`),
  },
  { alertes: ['PlanBloque'], provoquer: sql(`update plan set etat = 'bloque'`) },
  { alertes: ['SuppressionsEnMasse'], provoquer: sql(`update plan set delete_count = 30`) },
  {
    alertes: ['EnvoisBloques'],
    provoquer: async ({ pool }) => {
      await enfiler(pool, [{ adresse: 'a@chu.mssante.fr', state: 'approved' }]);
      await pool.query(`update feed_operation set decided_at = now() - interval '10 hours'`);
    },
  },
  {
    alertes: ['EnvoisRefuses'],
    provoquer: async ({ pool }) => {
      await enfiler(pool, [{ adresse: 'a@chu.mssante.fr', state: 'dead' }]);
    },
  },
  {
    alertes: ['CanalArrete'],
    provoquer: ({ pool }) => stopChannel(pool, new Date(), 'CLE_REFUSEE', 'Clé refusée.'),
  },
  {
    alertes: ['CanalEnPause'],
    provoquer: ({ pool }) =>
      pauseChannel(pool, { until: ilYA(-1), reason: 'essai', isBreaker: true }),
  },
  {
    alertes: ['AvisBloques'],
    provoquer: async ({ pool }) => {
      await mettreEnFile(pool, 'essai');
      await pool.query(`update avis set cree_le = now() - interval '8 hours'`);
    },
  },
  {
    alertes: ['AvisRefuses'],
    provoquer: async ({ pool }) => {
      await mettreEnFile(pool, 'essai');
      await pool.query(`update avis set etat = 'en-envoi', bail_jusqua = now(), envoyeur = 'essai';
        update avis set etat = 'refuse', bail_jusqua = null, envoyeur = null`);
    },
  },
  {
    alertes: ['WebhookEcarte'],
    provoquer: sql(
      `insert into point_ecarte (point, url_empreinte, ecarte_le, message) values ('p', '', now(), '')`,
    ),
  },
  {
    alertes: ['DemandesEnRetard'],
    provoquer:
      sql(`insert into demande (rpps, id_nat_ps, moyen, adresse, domaine, etait_publiee, motif, contact,
        deposee_le, change_le)
      values ('10000000018', '810000000018', 'psc', 'a@chu.mssante.fr', 'chu.mssante.fr', true, 'autre', 'a@example.org',
        now() - interval '40 days', now())`),
  },
  {
    alertes: ['BaseSaturee'],
    provoquer: async (noeud) => {
      const held = await noeud.pool.connect();
      const waiting = noeud.pool.query('select 1');
      const text = await noeud.scrape();
      held.release();
      await waiting;
      return text;
    },
  },
  {
    alertes: ['BoucleEnRetard'],
    provoquer: async (noeud) => {
      for (let essai = 0; essai < 5; essai += 1) {
        const endMs = performance.now() + 900;
        while (performance.now() < endMs);
        // So that the timer that measures the delay has been late; it begins anew at each reading.
        await new Promise((resolve) => setTimeout(resolve, 30));
        const text = await noeud.scrape();
        const [, retard = '0'] =
          /retard_seconds\{[^}]*rang="p99"[^}]*\} ([\d.]+)/u.exec(text) ?? [];
        if (Number(retard) > 0.25) return text;
      }
      return undefined;
    },
  },
  {
    alertes: ['DescripteursPresqueEpuises'],
    provoquer: async ({ mesures }) => {
      // Of a process that is gone, nothing is left.
      mesures.metriques.recevoir('essai', JSON.parse(await exhaustDescripteurs()));
    },
    reparer: ({ mesures }) => mesures.metriques.recevoir('essai', []),
  },
  {
    alertes: ['LdapSansInstantane'],
    provoquer: async (noeud) => void (noeud.ldap = (await startServer({}, -1)).server),
  },
  {
    alertes: ['LdapInstantaneAncien'],
    provoquer: ({ ldap }) => ldap.serve(snapshotFraiche(30)),
  },
  {
    alertes: ['LdapErreursInternes'],
    provoquer: async (noeud) => {
      const { server, port } = await startServer();
      noeud.ldap = server;
      server.serve({ ...snapshotFraiche(), views: undefined as never });
      const client = await connectRaw(port);
      await client.search({ base: 'ou=bal,o=exemple,c=fr', scope: 2 }).catch(() => undefined);
      await client.closed;
    },
  },
  {
    alertes: ['LdapDebordement'],
    provoquer: async (noeud) => {
      const anonymous = { sizeMax: 0, timeMaxMs: 0, searchesPerSecond: 1 };
      const { server, port } = await startServer({ access: { anonymous } });
      noeud.ldap = server;
      server.serve(snapshotFraiche());
      const client = await connectRaw(port);
      for (let i = 0; i < 10; i += 1)
        await client.search({ base: 'ou=bal,o=exemple,c=fr', scope: 0 });
      client.socket.destroy();
    },
  },
  {
    alertes: ['LdapConnexionsRefusees'],
    provoquer: async (noeud) => {
      const { server, port } = await startServer({ limits: { connectionsPerAddressMax: 1 } });
      noeud.ldap = server;
      server.serve(snapshotFraiche());
      const first = await connectRaw(port);
      await first.search({ base: '', scope: 0 });
      await (
        await connectRaw(port)
      ).closed;
      first.socket.destroy();
    },
  },
  {
    alertes: ['LdapLent'],
    provoquer: async (noeud) => {
      const { server, port } = await startServer();
      noeud.ldap = server;
      server.serve({ ...snapshotOf(20_000), extractionDate: ilYA(1), builtAt: ilYA(1) });
      const client = await connectRaw(port);
      // No index: every entry is examined, in turns; and somebody else takes long ones meanwhile.
      const filter = {
        kind: 'substrings' as const,
        attribute: 'cn',
        initial: undefined,
        any: [Buffer.from('z')],
        final: undefined,
      };
      server.scheduler.add({ address: 'un autre', runSlice: busyTurns(5, 200) });
      await client.search({ base: 'ou=bal,o=exemple,c=fr', scope: 2, filter });
      client.socket.destroy();
    },
  },
  {
    alertes: ['CertificatBientotPerime'],
    provoquer: async (noeud) => {
      noeud.certifier(10);
      const text = await noeud.scrape();
      noeud.certifier(400);
      return text;
    },
  },
  {
    alertes: ['DisquePresquePlein'],
    provoquer: async (noeud) => {
      const mount = ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', noeud.dataDir];
      assert.equal(spawnSync('mount', mount).status, 0);
      await sauver(noeud);
      writeFileSync(join(noeud.dataDir, 'plein'), Buffer.alloc(1_000_000));
      const text = await noeud.scrape();
      spawnSync('umount', [noeud.dataDir]);
      return text;
    },
  },
  {
    alertes: ['SauvegardeEnRetard'],
    provoquer: (noeud) => sauver(noeud, ilYA(80)),
    reparer: (noeud) => sauver(noeud),
  },
  {
    alertes: ['SauvegardeEnRetard'],
    provoquer: ({ dataDir }) => rm(join(dataDir, 'sauvegarde'), { recursive: true }),
    reparer: (noeud) => sauver(noeud),
  },
  {
    alertes: ['ErreursHttp'],
    provoquer: async ({ url }) => {
      await fetch(`${url}/panne`);
      for (let i = 0; i < 60; i += 1) await fetch(`${url}/healthz`);
    },
  },
  {
    // A node that is asked for nothing but whether it is ready, and is not.
    alertes: [],
    provoquer: async (noeud) => {
      noeud.estPret = false;
      assert.equal((await fetch(`${noeud.url}/readyz`)).status, 503);
      noeud.estPret = true;
    },
  },
];

function busyTurns(turns: number, ms: number): () => boolean {
  let left = turns;
  return () => {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
    left -= 1;
    return left > 0;
  };
}

/** A process that may open 256 files and has opened 230 tells so. */
async function exhaustDescripteurs(): Promise<string> {
  const module = fileURLToPath(new URL('../../src/metriques/processus.js', import.meta.url));
  const program = `import { openSync } from 'node:fs';
    import { MesureProcessus } from ${JSON.stringify(module)};
    for (let i = 0; i < 215; i += 1) openSync('/dev/null');
    process.stdout.write(JSON.stringify(new MesureProcessus('0').lire()), () => process.exit(0));`;
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', 'ulimit -n 256; exec "$0" --input-type=module -e "$1"', process.execPath, program],
    { encoding: 'utf8' },
  );
  return stdout;
}

test(
  'every alert fires when what it watches for happens, and alone',
  { skip: skipWithoutPromtool },
  async (t) => {
    const noeud = await demarrerNoeud();
    t.after(() => noeud.stop());
    const situations: Situation[] = [];
    const observe = async (
      alertes: readonly string[],
      provoquer: Cas['provoquer'],
    ): Promise<void> => {
      const sain = noeud.ldap;
      const avant = await noeud.scrape();
      const told = await provoquer(noeud);
      const apres = typeof told === 'string' ? told : await noeud.scrape();
      const nom = alertes.join() || 'rien';
      situations.push({ nom, avant, apres, nowMs: Date.now(), alertes });
      noeud.ldap = sain;
      noeud.ldap.serve(snapshotFraiche());
    };
    // The first day: of what was never done, only the sources cannot wait.
    await observe(['SourceEnRetard'], ({ pool }) => dater(pool, ilYA(1)));
    await dater(noeud.pool, ilYA(24 * 30));
    await rendreSain(noeud.pool);
    await sauver(noeud);
    await observe(['JournalNonVerifie', 'PurgeEnRetard'], () => undefined);
    await observe(['JournalNonVerifie', 'PurgeEnRetard'], async ({ pool }) => {
      await tracer(pool, 'journal.verification', 'reussite', ilYA(24 * 10));
      await tracer(pool, 'purge', 'reussite', ilYA(24 * 9));
    });
    await tracer(noeud.pool, 'journal.verification', 'reussite', ilYA(1));
    await observe(['PurgeEnEchec'], ({ pool }) => tracer(pool, 'purge', 'echec', ilYA(1)));
    await tracer(noeud.pool, 'purge', 'reussite', ilYA(0.5));
    for (const { alertes, provoquer, reparer } of cas) {
      await rendreSain(noeud.pool);
      await observe(alertes, provoquer);
      await reparer?.(noeud);
    }
    await rendreSain(noeud.pool);
    assert.equal(verifierExposition(await noeud.scrape()), undefined);
    await observe(['JournalAtteint'], async ({ pool, config }) => {
      await pool.query(`set session_replication_role = replica; update trace set issue = 'refus' where sequence = 1;
      set session_replication_role = default`);
      const verify = promisify(execFile)(process.execPath, [
        mainProgram,
        '-c',
        config,
        'audit',
        'verify',
      ]);
      await assert.rejects(verify, { code: 1 });
    });
    await noeud.database.drop();
    await observe(['BaseInjoignable'], () => undefined);
    await noeud.server.stop();
    await observe(['AnnuaireSyncAbsent'], () => undefined);
    assert.equal(evaluer(regles, situations), undefined);
    const provoquees = new Set(situations.flatMap(({ alertes }) => alertes));
    assert.deepEqual([...provoquees].sort(), alertNames().sort());
  },
);

function alertNames(): string[] {
  const { groups } = parse(readFileSync(regles, 'utf8')) as {
    groups: { rules: { alert: string }[] }[];
  };
  return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
}

test('the rules are well formed', { skip: skipWithoutPromtool }, () => {
  assert.equal(verifierRegles(regles), undefined);
});
