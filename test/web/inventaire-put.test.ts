// A snapshot of the inventory through the API: what is read, refused, kept, accepted, and told.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { acceptImport, type AcceptOptions } from '../../src/inventory/http/accept.js';
import { silentProgress } from '../../src/progress.js';
import { findImport } from '../../src/store/inventaire-import.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  bal,
  evenement,
  ndjson,
  park,
  pushNow,
  startPush,
  type PushHold,
} from '../support/inventaire-push.js';
import { pushClient, type PushClient } from '../support/push-client.js';
import { makeKey } from '../support/web-server.js';
import { emptyTables } from '../support/empty-tables.js';

let db: TestDatabase;
let hold: PushHold;
let client: PushClient;
before(async () => {
  db = await testDatabase();
});
after(() => db.drop());
beforeEach(async () => {
  await emptyTables(db.pool, [
    'bal_operateur',
    'source_load',
    'source_run',
    'source_reject',
    'source_change',
    'inventaire_import',
    'inventaire_lot',
    'bal_evenement',
  ]);
  hold = await startPush(db.pool);
  client = pushClient(hold.url, (await makeKey(db.pool, ['inventaire'])).headers);
});
afterEach(async () => {
  const [files, lines] = [hold.receivedFiles(), [...hold.lines]];
  // First: a server left open would hold the process to its limit.
  await hold.close();
  assert.deepEqual(files, [], 'no received file is left');
  assert.deepEqual(lines, []);
});

async function adresses(): Promise<string[]> {
  const { rows } = await db.pool.query<{ text: string }>(
    `select concat_ws(' ', split_part(adresse, '@', 1), type_bal, service_rattachement, etat) as text
     from bal_operateur where gone_load_id is null order by adresse`,
  );
  return rows.map(({ text }) => text);
}

function acceptOptions(): AcceptOptions {
  return {
    sources: hold.settings.sources,
    folder: hold.settings.kept.folder,
    rowsMax: 10_000,
    bytesMax: 8_000_000,
    acceptedBy: 'l’administrateur',
    signal: new AbortController().signal,
    progress: silentProgress,
    now: pushNow,
  };
}

describe('a snapshot', () => {
  test('in NDJSON is put in service, and told', async () => {
    const { status, headers, body } = await client.put(
      ndjson(
        bal('anne', { listeRouge: true, tailleOctets: 10, derniereAuthentification: null }),
        bal('org', { typeBal: 'ORG', identifiantPp: null, etat: 'suspendu' }),
      ),
    );
    assert.deepEqual([status, body.etat, body['format']], [200, 'charge', 'ndjson']);
    assert.equal(headers.get('preference-applied'), 'wait=60');
    assert.equal(headers.get('location'), `/api/v1/inventaire/imports/${body.id ?? 0}`);
    assert.deepEqual(body.compte, {
      lignes: 2,
      lignesRejetees: 0,
      bals: 2,
      lignesOuvertes: 2,
      lignesFermees: 0,
      lignesActualisees: 0,
    });
    assert.deepEqual(await adresses(), ['anne PER Cardio actif', 'org ORG Cardio suspendu']);
    const { rows } = await db.pool.query(
      `select inventaire_source, version, origin, line_count from source_load`,
    );
    assert.deepEqual(rows.length, 1);
    assert.match(JSON.stringify(rows[0]), /"plateforme".*"plateforme@[0-9a-f]{16}".*essai/u);
    const { rows: traces } = await db.pool.query<{ auteur: string; contenu: string }>(
      `select auteur_genre as auteur, concat(objets, requete, reponse) as contenu from trace
       where action = 'inventaire.import' and issue = 'reussite' order by auteur_genre`,
    );
    assert.deepEqual(
      traces.map(({ auteur }) => auteur),
      ['client', 'programme'],
      'the call, and what was done of it',
    );
    for (const { contenu } of traces) {
      assert.match(contenu, /source:plateforme/u);
      assert.doesNotMatch(contenu, /anne/u, 'what was sent is not told');
    }
  });

  test('is the same inventory in CSV, compressed, with a mark, in Windows-1252', async () => {
    const lines = 'adresse;typeBal;service\nanne@chu.mssante.fr;PER;Chirurgie réparatrice\n';
    const csv = { 'content-type': 'text/csv; charset=windows-1252' };
    assert.equal((await client.put(Buffer.from(lines, 'latin1'), csv)).body.etat, 'charge');
    const expected = ['anne PER Chirurgie réparatrice actif'];
    assert.deepEqual(await adresses(), expected);
    const object = {
      adresse: 'anne@chu.mssante.fr',
      typeBal: 'PER',
      service: 'Chirurgie réparatrice',
    };
    const content = gzipSync(`\ufeff${ndjson(object)}\r\n`);
    const digest = createHash('sha256').update(content).digest('base64');
    const again = await client.put(content, {
      'content-encoding': 'gzip',
      'content-digest': `sha-256=:${digest}:`,
    });
    assert.deepEqual(
      [again.status, again.body.etat],
      [200, 'inchange'],
      JSON.stringify(again.body),
    );
    assert.deepEqual(await adresses(), expected);
  });

  test('is answered at once when nobody waits, and followed', async () => {
    const { status, headers, body } = await client.put(ndjson(...park(3)), { prefer: '' });
    assert.equal(status, 202);
    assert.equal(headers.get('location'), `/api/v1/inventaire/imports/${body.id ?? 0}`);
    assert.equal(headers.get('preference-applied'), null);
    await hold.push.stop();
    const { body: end } = await client.findImport(body.id ?? 0);
    assert.ok(['charge', 'interrompu'].includes(end.etat ?? ''), end.etat);
  });

  test('tells every faulty line with its field, and changes nothing', async () => {
    const content = Buffer.concat([
      Buffer.from(ndjson(bal('anne'), { ...bal('b'), typeBal: 'PERSO', identifiantPp: 12 })),
      Buffer.from(
        '{"adresse":"c@chu.mssante.fr","typeBal":"PER","typeBal":"ORG"}\n[1]\n\n{"adresse"\n',
      ),
      Buffer.from([0xe9, 0x0a]),
      Buffer.from(
        ndjson(
          bal('anne'),
          { ...bal('d'), adresse: 'd@ailleurs.mssante.fr' },
          { typeBal: 'PER', x: 1 },
        ),
      ),
    ]);
    const { status, body } = await client.put(content);
    assert.deepEqual([status, body.code, body['nombreErreurs']], [422, 'INVENTAIRE_INVALIDE', 10]);
    assert.deepEqual(
      body.erreurs?.map(({ ligne, champ, code }) => [ligne, champ, code]),
      [
        [2, 'identifiantPp', 'TYPE_JSON'],
        [2, 'typeBal', 'TYPE_BAL_INCONNU'],
        [3, '(tout)', 'JSON_NOM_REPETE'],
        [4, '(tout)', 'OBJET_ATTENDU'],
        [6, '(tout)', 'JSON_ILLISIBLE'],
        [7, '(tout)', 'UTF8_INVALIDE'],
        [8, 'adresse', 'RATTACHEMENT_REPETE'],
        [9, 'adresse', 'DOMAINE_AUTRE_SOURCE'],
        [10, 'x', 'CHAMP_INCONNU'],
        [10, 'adresse', 'VALEUR_ABSENTE'],
      ],
    );
    assert.deepEqual(await adresses(), []);
    const { body: followed } = await client.findImport(
      Number(String(body['suivi']).split('/').pop()),
    );
    assert.deepEqual([followed.etat, followed.probleme?.code], ['refuse', 'INVENTAIRE_INVALIDE']);
  });

  test('leaves wrong lines aside when asked to', async () => {
    const lines = [...park(20), { adresse: 'faux', typeBal: 'PER' }];
    const prefer = 'handling=lenient, wait=60';
    const { status, headers, body } = await client.put(ndjson(...lines), { prefer });
    assert.deepEqual(
      [status, body.compte?.['lignesRejetees'], body.compte?.['bals']],
      [200, 1, 20],
    );
    assert.equal(headers.get('preference-applied'), 'wait=60, handling=lenient');
  });

  for (const [name, content, code] of [
    ['nothing', '', 'INVENTAIRE_VIDE'],
    ['a workbook', Buffer.from('504b030414000000', 'hex'), 'INVENTAIRE_PAS_UN_CSV'],
  ] as const)
    test(`of ${name} is refused`, async () => {
      const type = code === 'INVENTAIRE_VIDE' ? 'application/x-ndjson' : 'text/csv';
      const { status, body } = await client.put(content, { 'content-type': type });
      assert.deepEqual([status, body.code], [422, code]);
      assert.doesNotMatch(body.detail ?? '', /\.recu|\/tmp/u, 'no path of the server');
    });

  test('that would make many BAL disappear is kept until an administrator accepts it', async () => {
    await client.put(ndjson(...park(20)));
    const { status, body } = await client.put(ndjson(...park(10)));
    assert.deepEqual([status, body.code], [409, 'INVENTAIRE_REDUIT']);
    assert.match(body.detail ?? '', /inventory accept 2 /u);
    assert.equal((await adresses()).length, 20);
    const { body: followed } = await client.findImport(2);
    assert.deepEqual([followed.etat, followed['aAccepter']], ['refuse', true]);
    assert.deepEqual(hold.keptFiles(), ['2.ndjson']);
    const lignes = [{ typeBal: 'PER', service: 'Urgences' }];
    const patched = await client.patch([evenement('modifiee', 'n15', { lignes })]);
    assert.equal(patched.status, 200, 'events go on meanwhile');
    const result = await acceptImport(db.pool, 2, acceptOptions());
    assert.deepEqual([result.outcome, result.acceptedGuards], ['loaded', ['INVENTAIRE_REDUIT']]);
    assert.equal((await adresses()).length, 11);
    assert.ok((await adresses()).includes('n15 PER Urgences actif'), 'newer than the snapshot');
    assert.deepEqual(hold.keptFiles(), []);
    const accepted = await client.findImport(2);
    assert.deepEqual(
      [accepted.body.etat, accepted.body['acceptePar'], accepted.body['aAccepter']],
      ['charge', 'l’administrateur', false],
    );
    await assert.rejects(acceptImport(db.pool, 2, acceptOptions()), { code: 'RIEN_A_ACCEPTER' });
  });

  test('that was kept is not accepted once altered, replaced or too old', async () => {
    await client.put(ndjson(...park(20)));
    await client.put(ndjson(...park(10)));
    writeFileSync(join(hold.settings.kept.folder, '2.ndjson'), ndjson(bal('autre')));
    await assert.rejects(acceptImport(db.pool, 2, acceptOptions()), { code: 'FICHIER_ALTERE' });
    await client.put(ndjson(...park(19)));
    await assert.rejects(acceptImport(db.pool, 2, acceptOptions()), { code: 'INSTANTANE_DEPASSE' });
    hold.clock.now = new Date(pushNow.getTime() + 8 * 86_400_000);
    await hold.push.trim();
    assert.deepEqual(hold.keptFiles(), []);
    assert.equal((await findImport(db.pool, 2))?.fichier, undefined);
    assert.equal((await adresses()).length, 19);
  });

  test('of a source is one at a time, and the other sources are not held up', async () => {
    const place = hold.push.reserve('plateforme');
    const { status, headers, body } = await client.put(ndjson(...park(3)));
    assert.deepEqual([status, body.code], [409, 'INVENTAIRE_OCCUPE']);
    assert.equal(headers.get('retry-after'), '10');
    place?.release();
    const both = await Promise.all([
      client.put(ndjson(...park(3))),
      client.put(ndjson(...park(3))),
    ]);
    const outcomes = both.map((answer) => answer.status).sort();
    assert.ok(outcomes[0] === 200, JSON.stringify(outcomes));
    assert.ok([200, 409].includes(outcomes[1] ?? 0));
    assert.equal((await adresses()).length, 3);
  });

  test('under way in another program is not disturbed', async () => {
    const other = await startPush(db.pool);
    const blocker = await db.pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table bal_operateur in share row exclusive mode');
      const first = await client.put(ndjson(...park(3)), { prefer: '' });
      assert.equal(first.status, 202);
      const rival = pushClient(other.url, (await makeKey(db.pool, ['inventaire'])).headers);
      const refused = await rival.put(ndjson(...park(4)));
      assert.deepEqual([refused.status, refused.body.code], [409, 'INVENTAIRE_OCCUPE']);
      assert.deepEqual(other.receivedFiles(), []);
      const followed = await rival.findImport(first.body.id ?? 0);
      assert.equal(followed.body.etat, 'en-cours', 'it is alive elsewhere');
      await blocker.query('commit');
      const second = await pollEnd(rival, first.body.id ?? 0);
      assert.equal(second, 'charge');
      // Its end is seen by the other before the file is removed.
      await until(
        () => Promise.resolve(hold.receivedFiles()),
        (files) => files.length === 0,
      );
    } finally {
      blocker.release();
      await other.close();
    }
  });

  test('interrupted by a stop is told so, and nothing changed', async () => {
    const blocker = await db.pool.connect();
    await blocker.query('begin');
    await blocker.query('lock table bal_operateur in share row exclusive mode');
    const answer = client.put(ndjson(...park(3)));
    const { rows } = await until(
      () => db.pool.query<{ id: number }>(`select id from inventaire_import`),
      ({ rowCount }) => rowCount === 1,
    );
    const stopped = hold.push.stop();
    await blocker.query('commit');
    blocker.release();
    await stopped;
    const { status, body } = await answer;
    assert.deepEqual([status, body.code], [503, 'INTERROMPU']);
    assert.equal(rows.length, 1);
    assert.deepEqual(await adresses(), []);
  });

  test('abandoned by a killed program is told so', async () => {
    await db.pool.query(
      `insert into inventaire_import (source, format, recu_le, octets, sha256, lecture)
       values ('plateforme', 'csv', now(), 1, decode(repeat('00', 32), 'hex'), '{}')`,
    );
    const { body } = await client.findImport(1);
    assert.deepEqual([body.etat, body.probleme?.code], ['interrompu', 'INTERROMPU']);
  });
});

async function pollEnd(rival: PushClient, id: number): Promise<string | undefined> {
  const end = await until(
    () => rival.findImport(id),
    ({ body }) => body.etat !== 'en-cours',
  );
  return end.body.etat;
}

/** Asks until it holds: each question waits for its answer, nothing waits for time. */
async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 10_000; tries++) {
    const value = await ask();
    if (holds(value)) return value;
  }
  throw new Error('never held');
}

describe('who may send what', () => {
  const types = [
    ['application/json', 415],
    ['text/csv; charset=utf-16', 415],
    ['application/x-ndjson; charset=iso-8859-1', 415],
  ] as const;
  for (const [type, status] of types)
    test(`${type} is ${status}`, async () => {
      const answer = await client.put('{}', { 'content-type': type });
      assert.deepEqual([answer.status, answer.body.code], [status, 'TYPE_NON_ACCEPTE']);
      assert.equal(answer.headers.get('accept'), 'application/x-ndjson, text/csv');
    });

  test('the source is known, and the key is for it', async () => {
    const path = '/api/v1/inventaire/autre';
    assert.equal((await client.put('{}', {}, path)).body.code, 'SOURCE_INCONNUE');
    const only = await client.ask({
      path: '/api/v1/inventaire',
      described: '/api/v1/inventaire',
      body: ndjson(bal('seule')),
      headers: { 'content-type': 'application/x-ndjson', prefer: 'wait=60' },
    });
    assert.equal(only.body['source'], 'plateforme');
    const { headers } = await makeKey(db.pool, ['inventaire'], { sourcesInventaire: ['autre'] });
    const foreign = pushClient(hold.url, headers);
    assert.equal((await foreign.put('{}')).body.code, 'SOURCE_INTERDITE');
    assert.equal((await foreign.findImport(only.body.id ?? 0)).body.code, 'IMPORT_INCONNU');
    const reader = pushClient(hold.url, (await makeKey(db.pool, ['lecture'])).headers);
    assert.equal((await reader.put('{}')).body.code, 'PORTEE_INSUFFISANTE');
  });

  test('an instant that cannot be used is told', async () => {
    for (const value of ['hier', '2026-06-15T10:00:00', '2027-01-01T00:00:00Z']) {
      const path = `/api/v1/inventaire/plateforme?instantaneLe=${value}`;
      const { status, body } = await client.put(ndjson(bal('a')), {}, path);
      assert.deepEqual([status, body.code], [400, 'DEMANDE_INVALIDE'], value);
    }
  });

  test('the trace says who, which source and what came of it, and nothing of the content', async () => {
    await client.put(ndjson(...park(20)));
    await client.put(ndjson(...park(1)));
    const { rows } = await db.pool.query<{ text: string }>(
      `select concat_ws(' ', action, objet, status, verdict, codes) as text from api_call
       where key_id = (select max(id) from api_key) order by id`,
    );
    assert.deepEqual(
      rows.map(({ text }) => text),
      [
        'recevoir-inventaire plateforme #1 200 autorise {}',
        'recevoir-inventaire plateforme #2 409 refuse {INVENTAIRE_REDUIT}',
      ],
    );
  });
});
