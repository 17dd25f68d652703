// The API through its socket, each answer held against docs/openapi.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { revokeApiKey } from '../../src/store/api-key.js';
import { trimApiCalls } from '../../src/store/api-call.js';
import { openapiPath } from '../../src/web/api/api.js';
import { catalogueMotifs } from '../../src/verification/verdict.js';
import { load } from '../support/annuaire.js';
import { demandeCreation, etatCreation, rppsConnu } from '../support/creation.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { assertDescribed } from '../support/openapi-answers.js';
import { makeKey, startWebServer, type WebServerHold } from '../support/web-server.js';

type Operation = {
  readonly requestBody?: { readonly content: Record<string, { readonly schema: object }> };
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
};
type Description = {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<
      string,
      {
        readonly enum?: string[];
        readonly properties?: Record<string, { readonly enum?: string[] }>;
      }
    >;
  };
};

const description = JSON.parse(readFileSync(openapiPath(), 'utf8')) as Description;
let db: TestDatabase;
let web: WebServerHold;
let key: Awaited<ReturnType<typeof makeKey>>;
before(async () => {
  db = await testDatabase();
  await load(db.pool, etatCreation);
  web = await startWebServer(db.pool);
  key = await makeKey(db.pool, ['verification', 'lecture']);
});
after(async () => {
  await web.server.stop();
  await db.drop();
});

type Asked = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { readonly code?: string; readonly detail?: string };
};

/** Asks, and checks that the answer is one that the description foresees. `path`: as in the description. */
async function ask(
  path: string,
  {
    url = path,
    method = 'GET',
    body,
    headers = key.headers,
  }: {
    url?: string;
    method?: 'GET' | 'POST';
    body?: unknown;
    headers?: Record<string, string>;
  } = {},
): Promise<Asked> {
  const response = await fetch(web.url + url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  const json = (await response.json()) as Asked['body'];
  const { status, headers: answered } = response;
  assertDescribed(path, method, { status, type, body: json });
  return { status, headers: answered, body: json };
}

const creation = '/api/v1/bals/verifier-creation';
const transfert = '/api/v1/bals/verifier-transfert';
const post = (
  body: unknown,
  headers?: Record<string, string>,
): { method: 'POST'; body: unknown; headers?: Record<string, string> } => ({
  method: 'POST',
  body,
  ...(headers && { headers }),
});

describe('the API', () => {
  test('describes itself, and every code that it may answer', async () => {
    const { body } = await ask('/api/v1/openapi.json', { headers: {} });
    assert.deepEqual(body, description);
    const described = description.components.schemas['Motif']?.properties?.['code']?.enum ?? [];
    assert.deepEqual([...described].sort(), Object.keys(catalogueMotifs).sort());
  });

  test('allows a right creation, and keeps a trace of it without the holder', async () => {
    const { status, headers, body } = await ask(creation, post(demandeCreation));
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual([body['autorise'], body['motifs'], body['avertissements']], [true, [], []]);
    const { rows } = await db.pool.query<{ trace: object; texte: string }>(
      `select jsonb_build_object('key', c.key_id, 'action', action, 'objet', objet, 'status', status,
         'verdict', verdict, 'codes', codes, 'origine', origine, 'used', k.last_used_at is not null)
         as trace, c::text as texte
       from api_call c join api_key k on k.id = c.key_id order by c.id desc limit 1`,
    );
    assert.deepEqual(rows[0]?.trace, {
      key: key.id,
      action: 'verifier-creation',
      objet: 'anne.exemple@chu.mssante.fr',
      status: 200,
      verdict: 'autorise',
      codes: [],
      origine: '127.0.0.1',
      used: true,
    });
    assert.doesNotMatch(rows[0].texte, new RegExp(rppsConnu, 'u'));
  });

  test('refuses with 200, a code, a requirement and what to do', async () => {
    const { status, body } = await ask(
      creation,
      post({ ...demandeCreation, typeIdentifiantPp: '10' }),
    );
    assert.equal(status, 200);
    assert.equal(body['autorise'], false);
    assert.match(JSON.stringify(body['motifs']), /PER_TYPE_10.*EX_GBM_4312.*RPPS/u);
    const { rows } = await db.pool.query<{ verdict: string; codes: string[] }>(
      `select verdict, codes from api_call order by id desc limit 1`,
    );
    assert.deepEqual(rows[0], { verdict: 'refuse', codes: ['PER_TYPE_10'] });
  });

  test('answers a forwarding', async () => {
    const demande = { source: 'rouge@chu.mssante.fr', cible: 'ailleurs@autre.mssante.fr' };
    const { body } = await ask(transfert, post(demande));
    assert.equal(body['autorise'], true);
    const autre = await ask(transfert, post({ ...demande, cible: 'prise@chu.mssante.fr' }));
    assert.equal(autre.body['autorise'], false);
  });

  const unusable: readonly (readonly [
    nom: string,
    body: unknown,
    status: number,
    code: string,
    detail: RegExp,
  ])[] = [
    ['no body', '', 400, 'JSON_ILLISIBLE', /vide/u],
    ['no JSON', '{"adresse":', 400, 'JSON_ILLISIBLE', /JSON/u],
    ['a list', [], 400, 'DEMANDE_INVALIDE', /objet JSON attendu/u],
    ['nothing in it', {}, 400, 'DEMANDE_INVALIDE', /"champ":"adresse".*"champ":"typeBal"/u],
    [
      'a misspelt field',
      { ...demandeCreation, identifantPp: '1' },
      400,
      'DEMANDE_INVALIDE',
      /champ inconnu : identifantPp/u,
    ],
    [
      'a number',
      { ...demandeCreation, identifiantPp: 10000000017 },
      400,
      'DEMANDE_INVALIDE',
      /identifiantPp","message":"texte attendu/u,
    ],
    [
      'a long text',
      { ...demandeCreation, service: 'x'.repeat(321) },
      400,
      'DEMANDE_INVALIDE',
      /trop long/u,
    ],
    [
      'a polluted prototype',
      '{"adresse":"a@b.fr","typeBal":"PER","__proto__":{"x":1}}',
      400,
      'JSON_ILLISIBLE',
      /JSON/u,
    ],
    [
      'a body of 70 000 bytes',
      `{"adresse":"${'x'.repeat(70_000)}"}`,
      413,
      'CORPS_TROP_GRAND',
      /taille/u,
    ],
  ];
  for (const [nom, body, status, code, detail] of unusable) {
    test(`says what is wrong with ${nom}`, async () => {
      const answer = await ask(creation, post(body));
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
      assert.match(JSON.stringify(answer.body), detail);
      assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    });
  }

  test('takes nothing but JSON, and knows no other address', async () => {
    const text = await fetch(web.url + creation, {
      method: 'POST',
      headers: { ...key.headers, 'content-type': 'text/plain' },
      body: '{}',
    });
    assert.equal(text.status, 415);
    for (const path of ['/api/v1/autre', '/', '/%zz', '/api/v1/structures/%ff']) {
      const response = await fetch(web.url + path, { headers: key.headers });
      assert.ok([400, 404].includes(response.status), path);
      assert.match(response.headers.get('content-type') ?? '', /problem\+json/u);
    }
  });

  test('is closed to whoever has no key in force, or not this scope', async () => {
    const { pool } = db;
    const past = await makeKey(pool, ['verification'], { expiresAt: new Date(0) });
    const narrow = await makeKey(pool, ['lecture']);
    const gone = await makeKey(pool, ['verification'], { nom: 'partie' });
    assert.equal((await ask(creation, post(demandeCreation, gone.headers))).status, 200);
    await revokeApiKey(pool, 'Partie', 'essai', new Date());
    const cases: readonly (readonly [Record<string, string>, number, string])[] = [
      [{}, 401, 'CLE_REFUSEE'],
      [{ authorization: 'Basic x' }, 401, 'CLE_REFUSEE'],
      [{ authorization: `Bearer ass1_${'a'.repeat(43)}` }, 401, 'CLE_REFUSEE'],
      [past.headers, 401, 'CLE_REFUSEE'],
      [gone.headers, 401, 'CLE_REFUSEE'],
      [narrow.headers, 403, 'PORTEE_INSUFFISANTE'],
    ];
    for (const [headers, status, code] of cases) {
      const answer = await ask(creation, post(demandeCreation, headers));
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
    }
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::integer as n from api_call where status in (401, 403)`,
    );
    assert.equal(rows[0]?.n, cases.length, 'each refusal has its line');
    const { rows: traces } = await pool.query<{ auteur: string; reponse: string }>(
      `select auteur_id as auteur, reponse from trace
       where action = 'acces.refus' and auteur_genre = 'client' and issue = 'refus' order by sequence`,
    );
    assert.deepEqual(
      traces.map(({ auteur, reponse }) => [
        auteur,
        (JSON.parse(reponse) as { status: number }).status,
      ]),
      [
        ['inconnu', 401],
        [String(narrow.id), 403],
      ],
      'one a minute for each, under its key where it is known',
    );
  });

  test('slows down a key beyond its rate, and lets it back in', async () => {
    let now = new Date('2026-10-09T10:00:00Z');
    const slow = await startWebServer(db.pool, { now: () => now });
    const limited = await makeKey(db.pool, ['lecture'], { requetesParSeconde: 2 });
    const status = async (): Promise<readonly [number, string | null]> => {
      const { status, headers } = await fetch(`${slow.url}/api/v1/structures/750000028`, limited);
      return [status, headers.get('retry-after')];
    };
    assert.deepEqual(
      [await status(), await status(), await status()],
      [
        [200, null],
        [200, null],
        [429, '1'],
      ],
    );
    now = new Date(now.getTime() + 500);
    assert.deepEqual(
      [await status(), await status()],
      [
        [200, null],
        [429, '1'],
      ],
    );
    await slow.server.stop();
  });

  test('slows down whoever tries keys', async () => {
    const at = new Date('2026-10-09T10:00:00Z');
    const guessed = await startWebServer(db.pool, { now: () => at });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      statuses.push((await fetch(`${guessed.url}/api/v1/professionnels?nom=ex`)).status);
    }
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429, 429]);
    await guessed.server.stop();
  });

  test('keeps a bounded number of traces', async () => {
    const count = async (): Promise<number> =>
      (await db.pool.query<{ n: number }>('select count(*)::integer as n from api_call')).rows[0]
        ?.n ?? 0;
    assert.ok((await count()) > 5);
    await trimApiCalls(db.pool, 5);
    assert.equal(await count(), 5);
  });
});

describe('a screen', () => {
  test('reads a professional: who, where, which BAL; ours in liste rouge are marked', async () => {
    const { body } = await ask('/api/v1/professionnels/{rpps}', {
      url: `/api/v1/professionnels/${rppsConnu}`,
    });
    assert.deepEqual([body['nom'], body['prenom']], ['EXEMPLE', 'Anne']);
    assert.deepEqual(body['structures'], [
      {
        id: '1750000010',
        nature: 'EJ',
        finessEj: '750000010',
        raisonSociale: 'CHU',
        estFermee: false,
      },
      {
        id: '1750000028',
        nature: 'EG',
        finessEj: '750000010',
        raisonSociale: 'HOPITAL NORD',
        estFermee: false,
      },
    ]);
    assert.deepEqual(body['bals'], [
      {
        adresse: 'ailleurs@autre.mssante.fr',
        typeBal: 'PER',
        structures: ['1750000044'],
        publiee: true,
        hebergee: false,
        listeRouge: false,
      },
      {
        adresse: 'rouge@chu.mssante.fr',
        typeBal: 'PER',
        structures: ['1750000051'],
        publiee: false,
        hebergee: true,
        listeRouge: true,
      },
    ]);
  });

  test('is told what is unknown or malformed', async () => {
    const path = '/api/v1/professionnels/{rpps}';
    assert.equal((await ask(path, { url: '/api/v1/professionnels/10000000090' })).status, 404);
    assert.equal((await ask(path, { url: '/api/v1/professionnels/12' })).status, 400);
    const structure = '/api/v1/structures/{id}';
    assert.equal((await ask(structure, { url: '/api/v1/structures/1990000019' })).status, 404);
    assert.equal((await ask(structure, { url: '/api/v1/structures/x' })).status, 400);
  });

  test('reads an EJ with its EG, and an EG with its EJ', async () => {
    const structure = '/api/v1/structures/{id}';
    const { body: ej } = await ask(structure, { url: '/api/v1/structures/1750000010' });
    assert.deepEqual([ej['nature'], ej['nombreEntitesGeographiques']], ['EJ', 2]);
    const { body: eg } = await ask(structure, { url: '/api/v1/structures/750000028' });
    assert.deepEqual(
      [eg['nature'], eg['finessEj'], eg['entiteJuridique']],
      ['EG', '750000010', { finess: '750000010', raisonSociale: 'CHU' }],
    );
    assert.match(JSON.stringify(eg['bals']), /publiee@chu\.mssante\.fr/u);
  });
});

describe('a search by name', () => {
  const path = '/api/v1/professionnels';
  const find = async (query: string): Promise<{ rpps: string[]; suite: string | null }> => {
    const { status, body } = await ask(path, { url: `${path}?${query}` });
    assert.equal(status, 200, JSON.stringify(body));
    const resultats = body['resultats'] as { rpps: string }[];
    return { rpps: resultats.map(({ rpps }) => rpps), suite: body['suite'] as string | null };
  };
  before(() =>
    load(db.pool, {
      activites: [
        {
          rpps: '10000000101',
          nom: 'LEFÈVRE',
          prenom: 'Zoé',
          mode: 'L',
          siret: '35600000000048',
          raisonSociale: 'CABINET',
        },
        { rpps: '10000000102', nom: 'Lefevre', prenom: 'Anne', mode: 'L' },
        { rpps: '10000000102', nom: 'Lefevre', prenom: 'Anne', mode: 'S' },
        { rpps: '10000000103', nom: 'LE FÈVRE-D’ŒUVRE', prenom: 'Jean-Luc', mode: 'L' },
        { rpps: '10000000104', nom: 'LEFEBVRE', mode: 'L' },
        { rpps: '10000000105', nom: '100%', prenom: '_', mode: 'L' },
      ],
    }),
  );

  const cases: readonly (readonly [query: string, rpps: readonly string[]])[] = [
    ['nom=lefevre', ['10000000102', '10000000101']],
    ['nom=LEFÈ&prenom=ZOE', ['10000000101']],
    ['nom=Lefev&prenom=a', ['10000000102']],
    ['nom=lefe', ['10000000104', '10000000102', '10000000101']],
    ['nom=le%20fevre%20d%27oeuvre&prenom=jean%20l', ['10000000103']],
    ['nom=100%25&prenom=_', ['10000000105']],
    ['nom=%25%25', []],
    ['nom=lefevre&codePostal=75', []],
  ];
  for (const [query, rpps] of cases) {
    test(query, async () => assert.deepEqual((await find(query)).rpps, rpps));
  }

  test('goes on from page to page, each professional once', async () => {
    const found: string[] = [];
    let suite: string | null = '';
    for (let page = 0; suite !== null && page < 10; page += 1) {
      const next: { rpps: string[]; suite: string | null } = await find(
        `nom=le&limite=2${suite === '' ? '' : `&suite=${suite}`}`,
      );
      assert.ok(next.rpps.length <= 2);
      found.push(...next.rpps);
      suite = next.suite;
    }
    assert.deepEqual(found, ['10000000103', '10000000104', '10000000102', '10000000101']);
  });

  test('asks for what it needs', async () => {
    for (const query of [
      '',
      'nom=l',
      'nom=le&limite=51',
      'nom=le&suite=x',
      'nom=le&autre=1',
      'nom=le&nom=la',
      'nom=le&codePostal=%25',
    ]) {
      assert.equal(
        (await ask(path, { url: `${path}?${query}` })).body.code,
        'DEMANDE_INVALIDE',
        query,
      );
    }
  });
});
