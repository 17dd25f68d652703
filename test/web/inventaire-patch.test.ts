// Events of the inventory through the API: all or nothing, once for each key, never an older one over a newer one.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { listLastRuns } from '../../src/store/source-status.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import {
  evenement,
  ndjson,
  park,
  pushNow,
  startPush,
  type PushChanges,
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
beforeEach(() => start());
afterEach(() => hold.close());

async function start(changes: PushChanges = {}): Promise<void> {
  await emptyTables(db.pool, [
    'bal_operateur',
    'source_load',
    'source_run',
    'source_reject',
    'source_change',
    'inventaire_import',
    'inventaire_lot',
    'bal_evenement',
    'evenement',
  ]);
  hold = await startPush(db.pool, changes);
  client = pushClient(hold.url, (await makeKey(db.pool, ['inventaire'])).headers);
}

async function restart(changes: PushChanges): Promise<void> {
  await hold.close();
  await start(changes);
}

async function enService(): Promise<string[]> {
  return texts(
    `select concat_ws(' ', split_part(adresse, '@', 1), type_bal, service_rattachement, etat) as text
     from bal_operateur where gone_load_id is null order by adresse, structure_id`,
  );
}

async function texts(sql: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ text: string }>(sql);
  return rows.map(({ text }) => text);
}

const service = (nom: string): object => ({ lignes: [{ typeBal: 'PER', service: nom }] });

describe('events', () => {
  test('create, change and delete BAL, in their order, as one load', async () => {
    await client.put(ndjson(...park(3)));
    const { status, body } = await client.patch([
      evenement('creee', 'neuve', service('A')),
      evenement('modifiee', 'neuve', service('B')),
      evenement('modifiee', 'n0', {
        lignes: [
          { typeBal: 'PER', identifiantStructure: '990000010', service: 'X' },
          { typeBal: 'PER', identifiantStructure: '990000028', service: 'Y', listeRouge: false },
        ],
      }),
      evenement('supprimee', 'n1'),
      evenement('supprimee', 'inconnue'),
    ]);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.compte, {
      evenements: 5,
      appliques: 5,
      perimes: 0,
      balsCreees: 1,
      balsModifiees: 1,
      balsSupprimees: 1,
    });
    assert.deepEqual(await enService(), [
      'n0 PER X actif',
      'n0 PER Y actif',
      'n2 PER Cardio actif',
      'neuve PER B actif',
    ]);
    assert.equal(body['chargement'], 2);
    assert.deepEqual(
      await texts(
        `select concat_ws(' ', split_part(adresse, '@', 1), first_load_id, gone_load_id) as text
         from bal_operateur order by adresse, first_load_id, gone_load_id`,
      ),
      ['n0 1 2', 'n0 2', 'n0 2', 'n1 1 2', 'n2 1', 'neuve 2'],
      'the history is kept',
    );
    assert.deepEqual(
      await texts(
        `select concat_ws(' ', kind, cle) as text from source_change where load_id = 2 order by cle`,
      ),
      ['adresse n0@chu.mssante.fr', 'adresse n1@chu.mssante.fr', 'adresse neuve@chu.mssante.fr'],
      'the reconciliation looks at these alone',
    );
    assert.deepEqual(
      await texts(
        `select concat_ws(' ', source, inventaire_source, outcome, load_id) as text from source_run order by id`,
      ),
      ['inventaire plateforme loaded 1', 'inventaire plateforme loaded 2'],
    );
  });

  test('a PER that names no professional is told to the programs of the opérateur', async () => {
    await client.put(ndjson(...park(1)));
    const titulaire = { typeIdentifiantPp: '8', identifiantPp: '10000000018' };
    await client.patch([
      evenement('creee', 'sans', service('A')),
      evenement('creee', 'avec', { lignes: [{ typeBal: 'PER', ...titulaire }] }),
    ]);
    assert.deepEqual(
      await texts(
        `select concat_ws(' ', type, donnees -> 'adresses') as text from evenement order by id`,
      ),
      ['type10.detecte ["sans@chu.mssante.fr"]'],
    );
  });

  test('may come one per line', async () => {
    await client.put(ndjson(...park(1)));
    const { body } = await client.patch(ndjson(evenement('creee', 'b'), evenement('creee', 'c')), {
      'content-type': 'application/x-ndjson',
    });
    assert.equal(body.compte?.['balsCreees'], 2);
  });

  test('wait for a first snapshot', async () => {
    const { status, body } = await client.patch([evenement('creee', 'a')]);
    assert.deepEqual([status, body.code], [409, 'INSTANTANE_ATTENDU']);
    assert.deepEqual(await enService(), []);
  });

  test('at fault are all told by their place and field, and none is applied', async () => {
    await client.put(ndjson(...park(1)));
    const { status, body } = await client.patch([
      evenement('creee', 'juste'),
      evenement('cree', 'a', { sequence: -1, couleur: 'bleu' }),
      evenement('supprimee', 'n0', { lignes: [{}], horodatage: '2026-06-15' }),
      { ...evenement('modifiee', 'b'), adresse: 'b@ailleurs.mssante.fr' },
      evenement('modifiee', 'c', { lignes: [] }),
      evenement('modifiee', 'd', {
        lignes: [
          { typeBal: 'PERSO', identifiantPp: 12 },
          { typeBal: 'PER', adresse: 'autre@chu.mssante.fr' },
        ],
      }),
      evenement('modifiee', 'e', {
        lignes: [{ typeBal: 'PER' }, { typeBal: 'ORG', service: 'x' }],
      }),
      evenement('modifiee', 'f', { horodatage: '2026-06-15T10:06:00Z' }),
      evenement('modifiee', 'g', { horodatage: '2026-05-01T10:00:00Z' }),
      [],
    ]);
    assert.deepEqual([status, body.code], [422, 'EVENEMENTS_INVALIDES']);
    assert.deepEqual(
      body.erreurs?.map((erreur) => [erreur['evenement'], erreur['champ'], erreur['code']]),
      [
        [1, 'couleur', 'CHAMP_INCONNU'],
        [1, 'evenement', 'EVENEMENT_INCONNU'],
        [1, 'sequence', 'SEQUENCE_MAL_FORMEE'],
        [2, 'horodatage', 'HORODATAGE_MAL_FORME'],
        [2, 'lignes', 'LIGNES_EN_TROP'],
        [3, 'adresse', 'DOMAINE_AUTRE_SOURCE'],
        [4, 'lignes', 'LIGNES_ATTENDUES'],
        [5, 'lignes.1.adresse', 'ADRESSE_DIVERGENTE'],
        [5, 'lignes.0.identifiantPp', 'TYPE_JSON'],
        [5, 'lignes.0.typeBal', 'TYPE_BAL_INCONNU'],
        [6, 'lignes.1.adresse', 'RATTACHEMENT_REPETE'],
        [7, 'horodatage', 'HORODATAGE_FUTUR'],
        [8, 'horodatage', 'EVENEMENT_TROP_ANCIEN'],
        [9, '(tout)', 'OBJET_ATTENDU'],
      ],
    );
    assert.equal(body['nombreErreurs'], 14);
    assert.deepEqual(await enService(), ['n0 PER Cardio actif']);
    const runs = await texts(
      `select concat_ws(' ', outcome, code) as text from source_run order by id`,
    );
    assert.equal(runs.at(-1), 'refused EVENEMENTS_INVALIDES');
  });

  const contents: readonly (readonly [string, string, string])[] = [
    ['no list', '{}', 'LISTE_ATTENDUE'],
    ['an empty list', '[]', 'LISTE_VIDE'],
    ['no JSON', '[', 'JSON_ILLISIBLE'],
    ['a deep text', '['.repeat(50_000), 'JSON_TROP_PROFOND'],
    ['too many', JSON.stringify(Array.from({ length: 101 }, () => ({}))), 'TROP_D_EVENEMENTS'],
    ['a repeated name', '[{"adresse":"a@chu.mssante.fr","adresse":"b"}]', 'JSON_NOM_REPETE'],
  ];
  for (const [name, content, code] of contents)
    test(`${name} is told as a whole`, async () => {
      const { status, body } = await client.patch(content);
      assert.deepEqual([status, body.erreurs?.[0]?.['code']], [422, code]);
    });

  test('too long, of another type or without a key are refused', async () => {
    const long = await client.patch(' '.repeat(100_001));
    assert.deepEqual([long.status, long.body.code], [413, 'CORPS_TROP_GRAND']);
    const typed = await client.patch('[]', { 'content-type': 'application/json-patch+json' });
    assert.deepEqual([typed.status, typed.body.code], [415, 'TYPE_NON_ACCEPTE']);
    assert.equal(typed.headers.get('accept-patch'), 'application/json, application/x-ndjson');
    for (const key of ['', '"x', 'a b', 'x'.repeat(129)]) {
      const { status, body } = await client.patch('[]', { 'idempotency-key': key });
      const expected = key === '"x' ? 422 : 400;
      assert.equal(status, expected, `${key} ${body.code ?? ''}`);
    }
  });
});

describe('a key', () => {
  test('is answered again what it was answered, and nothing is applied twice', async () => {
    await client.put(ndjson(...park(1)));
    const events = [evenement('creee', 'a')];
    const key = { 'idempotency-key': '"une-cle"' };
    const first = await client.patch(events, key);
    await client.patch([evenement('supprimee', 'a')]);
    const again = await client.patch(events, { 'idempotency-key': 'une-cle' });
    assert.deepEqual(again.body, first.body);
    assert.deepEqual(
      [first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')],
      [null, 'true'],
    );
    assert.deepEqual(await enService(), ['n0 PER Cardio actif'], 'a is still deleted');
    const other = await client.patch([evenement('creee', 'b')], key);
    assert.deepEqual([other.status, other.body.code], [422, 'CLE_IDEMPOTENCE_REPRISE']);
    const faulty = await client.patch('[1]', { 'idempotency-key': 'fautive' });
    const refused = await client.patch('[1]', { 'idempotency-key': 'fautive' });
    assert.deepEqual(refused.body, faulty.body);
    assert.equal(refused.headers.get('idempotent-replayed'), 'true');
  });

  test('belongs to one client', async () => {
    await client.put(ndjson(...park(1)));
    const key = { 'idempotency-key': 'partagee' };
    await client.patch([evenement('creee', 'a')], key);
    const other = pushClient(hold.url, (await makeKey(db.pool, ['inventaire'])).headers);
    assert.equal((await other.patch([evenement('creee', 'b')], key)).status, 200);
  });

  test('that is being answered is not answered twice at once', async () => {
    await client.put(ndjson(...park(1)));
    const blocker = await db.pool.connect();
    await blocker.query('begin');
    await blocker.query('lock table bal_operateur in share row exclusive mode');
    const events = [evenement('creee', 'a')];
    const key = { 'idempotency-key': 'simultanee' };
    const answers = [client.patch(events, key), client.patch(events, key)];
    const fast = await Promise.race(answers);
    assert.deepEqual([fast.status, fast.body.code], [409, 'CLE_IDEMPOTENCE_EN_COURS']);
    await blocker.query('commit');
    blocker.release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status).sort();
    assert.deepEqual(statuses, [200, 409]);
    assert.equal((await client.patch(events, key)).headers.get('idempotent-replayed'), 'true');
  });

  test('is forgotten after its time', async () => {
    await client.put(ndjson(...park(1)));
    const key = { 'idempotency-key': 'ancienne' };
    await client.patch([evenement('creee', 'a')], key);
    hold.clock.now = new Date(pushNow.getTime() + 8 * 86_400_000);
    await hold.push.trim();
    assert.equal((await client.patch([evenement('creee', 'b')], key)).status, 200);
  });
});

describe('an older event', () => {
  const at = (time: string, sequence?: number): object => ({
    horodatage: `2026-06-15T09:${time}Z`,
    ...(sequence !== undefined && { sequence }),
  });

  test('changes nothing, to the microsecond and the sequence, deleted BAL included', async () => {
    await client.put(ndjson(...park(1)));
    const send = async (...events: object[]): Promise<number | undefined> =>
      (await client.patch(events)).body.compte?.['perimes'];
    const set = (nom: string, when: object): object =>
      evenement('modifiee', 'a', { ...service(nom), ...when });
    assert.equal(await send(set('A', at('30:00.000002'))), 0);
    assert.equal(await send(set('vieux', at('30:00.000001'))), 1);
    assert.equal(await send(set('égal', at('30:00.000002'))), 1);
    assert.equal(await send(set('B', at('30:00.000002', 1))), 0);
    assert.equal(
      await send(set('C', at('31:00')), set('D', at('31:00')), set('E', at('30:59'))),
      1,
    );
    assert.deepEqual(await enService(), ['a PER D actif', 'n0 PER Cardio actif']);
    assert.equal(await send(evenement('supprimee', 'a', at('32:00'))), 0);
    const late = await client.patch([evenement('creee', 'a', at('31:30'))]);
    assert.deepEqual([late.body.compte?.['perimes'], late.body['chargement']], [1, null]);
    assert.deepEqual(await enService(), ['n0 PER Cardio actif']);
  });

  test('than the snapshot in service changes nothing', async () => {
    const path = '/api/v1/inventaire/plateforme?instantaneLe=2026-06-15T09:30:00Z';
    await client.put(ndjson(...park(2)), {}, path);
    const { body } = await client.patch([
      evenement('supprimee', 'n0', at('29:59')),
      evenement('supprimee', 'n1', at('30:01')),
    ]);
    assert.deepEqual([body.compte?.['perimes'], body.compte?.['balsSupprimees']], [1, 1]);
  });

  test('is not undone by a snapshot taken before it, nor by one received before it', async () => {
    await client.put(ndjson(...park(20)));
    await client.patch([
      evenement('modifiee', 'n0', { ...service('Urgences'), ...at('40:00') }),
      evenement('supprimee', 'n1', at('40:00')),
      evenement('creee', 'neuve', { ...service('X'), ...at('40:00') }),
      evenement('modifiee', 'n2', { ...service('Ancien'), ...at('20:00') }),
    ]);
    hold.clock.now = new Date(pushNow.getTime() + 1_000);
    const path = '/api/v1/inventaire/plateforme?instantaneLe=2026-06-15T09:30:00Z';
    const { status, body } = await client.put(ndjson(...park(20)), {}, path);
    assert.equal(status, 200, JSON.stringify(body));
    assert.match(body.avertissements?.join() ?? '', /3 BAL dont un événement est plus récent/u);
    const after = await enService();
    assert.ok(after.includes('n0 PER Urgences actif'));
    assert.ok(after.includes('neuve PER X actif'));
    assert.ok(after.includes('n2 PER Cardio actif'), 'that event is older than the snapshot');
    assert.equal(after.filter((text) => text.startsWith('n1 ')).length, 0);
    const plain = await client.put(ndjson(...park(20, { service: 'Z' })));
    assert.equal(plain.status, 200);
    assert.equal(
      (await enService()).length,
      20,
      'without an instant, what is received last is right',
    );
  });

  test('received while a snapshot is still coming is newer than it', async () => {
    await client.put(ndjson(...park(20)));
    const { headers } = await makeKey(db.pool, ['inventaire']);
    const content = ndjson(...park(20, { service: 'Z' }));
    const slow = request(`${hold.url}/api/v1/inventaire/plateforme`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/x-ndjson', prefer: 'wait=60' },
    });
    const answered = once(slow, 'response') as Promise<[IncomingMessage]>;
    slow.write(content.slice(0, 100));
    while (hold.receivedFiles().length === 0) await new Promise((next) => setImmediate(next));
    const patched = await client.patch([evenement('modifiee', 'n0', service('Urgences'))]);
    assert.equal(patched.status, 200);
    slow.end(content.slice(100));
    const [response] = await answered;
    assert.equal(response.statusCode, 200);
    response.resume();
    const after = await enService();
    assert.ok(after.includes('n0 PER Urgences actif'), after[0]);
    assert.ok(after.includes('n1 PER Z actif'));
  });
});

describe('a snapshot that was refused', () => {
  const derniere = async (): Promise<unknown[]> =>
    (await listLastRuns(db.pool)).map(({ outcome, code }) => [outcome, code]);

  test('is not forgotten for the events that came since, until another one is accepted', async () => {
    await client.put(ndjson(...park(20)));
    assert.equal((await client.put(ndjson(...park(3)))).body.code, 'INVENTAIRE_REDUIT');
    assert.equal((await client.patch([evenement('creee', 'neuve')])).status, 200);
    assert.equal((await client.patch([evenement('supprimee', 'inconnue')])).status, 200);
    assert.deepEqual(await derniere(), [['refused', 'INVENTAIRE_REDUIT']]);
    hold.clock.now = new Date(pushNow.getTime() + 1_000);
    assert.equal((await client.put(ndjson(...park(20)))).status, 200);
    assert.equal((await client.patch([evenement('creee', 'neuve')])).status, 200);
    assert.deepEqual(await derniere(), [['loaded', undefined]]);
  });
});

describe('deletions', () => {
  test('are bounded over the window, closed BAL and earlier lists counted', async () => {
    await client.put(ndjson(...park(20)));
    const gone = (from: number, to: number): object[] =>
      Array.from({ length: to - from }, (_, index) => evenement('supprimee', `n${from + index}`));
    assert.equal((await client.patch(gone(0, 3))).status, 200);
    const closed = evenement('modifiee', 'n3', { lignes: [{ typeBal: 'PER', etat: 'ferme' }] });
    assert.equal((await client.patch([closed])).status, 200);
    const key = { 'idempotency-key': 'suppression' };
    const events = gone(4, 5);
    const { status, body } = await client.patch(events, key);
    assert.deepEqual([status, body.code], [409, 'INVENTAIRE_SUPPRESSIONS']);
    assert.equal((await client.patch(events, key)).status, 409);
    assert.deepEqual(
      await texts(
        `select concat_ws(' ', type, donnees ->> 'source', donnees ->> 'code') as text from evenement`,
      ),
      ['inventaire.refuse plateforme INVENTAIRE_SUPPRESSIONS'],
      'asked again, told once',
    );
    assert.match(body.detail ?? '', /1 BAL, après 4 depuis 24 h : la limite est de 4 sur 20/u);
    assert.equal((await enService()).length, 17);
    assert.equal(
      (await client.patch([evenement('creee', 'neuve')])).status,
      200,
      'the rest goes on',
    );
    hold.clock.now = new Date(pushNow.getTime() + 25 * 3_600_000);
    const later = await client.patch(events, key);
    assert.equal(later.status, 200, 'the same list under the same key, once the window has slid');
  });

  test('of a handful are always let through', async () => {
    await client.put(ndjson(...park(2)));
    assert.equal((await client.patch([evenement('supprimee', 'n0')])).status, 200);
    assert.equal((await client.patch([evenement('supprimee', 'n1')])).status, 200);
    await client.patch([evenement('creee', 'a')]);
    assert.equal((await client.patch([evenement('supprimee', 'a')])).status, 409);
  });
});

describe('beside other sources', () => {
  test('an address that another source has in service stays there', async () => {
    await restart({
      noms: [
        ['plateforme', 'chu.mssante.fr'],
        ['autre', 'autre.mssante.fr'],
      ],
    });
    await client.put(ndjson(...park(2)));
    await client.put(
      ndjson({ adresse: 'x@autre.mssante.fr', typeBal: 'PER' }),
      {},
      '/api/v1/inventaire/autre',
    );
    await db.pool.query(
      `update bal_operateur set source_inventaire = 'autre' where adresse = 'n1@chu.mssante.fr'`,
    );
    const { status, body } = await client.patch([
      evenement('modifiee', 'n0', service('B')),
      evenement('modifiee', 'n1', service('B')),
    ]);
    assert.equal(status, 422, JSON.stringify(body));
    assert.deepEqual(
      body.erreurs?.map((erreur) => [erreur['evenement'], erreur['code']]),
      [[1, 'ADRESSE_AUTRE_SOURCE']],
    );
    assert.deepEqual(await enService(), [
      'n0 PER Cardio actif',
      'n1 PER Cardio actif',
      'x PER actif',
    ]);
  });

  test('an inventory held by a long import answers that it is', async () => {
    await restart({ lot: { attenteMs: 20 } });
    await client.put(ndjson(...park(1)));
    const blocker = await db.pool.connect();
    await blocker.query('begin');
    await blocker.query('lock table bal_operateur in share row exclusive mode');
    const { status, headers, body } = await client.patch([evenement('creee', 'a')]);
    assert.deepEqual([status, body.code], [503, 'INVENTAIRE_OCCUPE']);
    assert.equal(headers.get('retry-after'), '5');
    await blocker.query('rollback');
    blocker.release();
  });

  test('a snapshot may not forget a field that an event has filled', async () => {
    await client.put(ndjson(...park(2)));
    await client.patch([
      evenement('modifiee', 'n0', { lignes: [{ typeBal: 'PER', responsable: 'Le cadre' }] }),
    ]);
    hold.clock.now = new Date(pushNow.getTime() + 1_000);
    const { status, body } = await client.put(ndjson(...park(2)));
    assert.deepEqual([status, body.code], [409, 'INVENTAIRE_COLONNES']);
  });

  test('a PER without a professional is told', async () => {
    await client.put(ndjson(...park(1)));
    const { body } = await client.patch([
      evenement('creee', 'dix', { lignes: [{ typeBal: 'PER', typeIdentifiantPp: '10' }] }),
    ]);
    assert.match(body.avertissements?.join() ?? '', /EX_GBM_4312.*dix@chu\.mssante\.fr/u);
  });
});
