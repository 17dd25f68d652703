// What each answer of the ANS makes of an operation (docs/alimentation.md), against the real database.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { PatchAnswer } from '../../src/feed/feed-client.js';
import { AnnuaireDEssai, panne, refus, type Faute } from '../support/feed-annuaire.js';
import { enfiler, operation, rppsDe, viderFile, type LigneFile } from '../support/feed-queue.js';
import { Horloge, maintenant, pousser } from '../support/feed-push.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let annuaire: AnnuaireDEssai;

before(async () => {
  database = await testDatabase();
});
after(() => database.drop());
beforeEach(async () => {
  await viderFile(database.pool);
  annuaire = new AnnuaireDEssai();
});

const anne = 'anne.exemple@chu.mssante.fr';
const per: LigneFile = { adresse: anne };

/** Puts a BAL of Anne in the Annuaire beforehand. */
function dejaPubliee(
  options: Partial<{ typeBal: 'PER' | 'CAB'; listeRouge: boolean; rang: number }> = {},
): void {
  annuaire.bals.set(
    `professionnel:${rppsDe(0)}`,
    new Map([
      [
        anne,
        {
          adresse: anne,
          typeBal: options.typeBal ?? 'PER',
          listeRouge: options.listeRouge ?? false,
          rang: options.rang,
          description: undefined,
          service: undefined,
          responsable: undefined,
        },
      ],
    ]),
  );
}

async function envoyer(
  ligne: LigneFile,
  ...fautes: (PatchAnswer | Faute | undefined)[]
): Promise<Awaited<ReturnType<typeof operation>> & { exit: Awaited<ReturnType<typeof pousser>> }> {
  const [id = 0] = await enfiler(database.pool, [ligne]);
  annuaire.fautes.push(
    ...fautes.map((faute) => (typeof faute === 'object' ? (): PatchAnswer => faute : faute)),
  );
  const exit = await pousser(database.pool, annuaire);
  return { ...(await operation(database.pool, id)), exit };
}

test('an operation that is accepted is told so once, with what was exchanged', async () => {
  const { state, id, exit, claimedBy } = await envoyer(per);
  assert.deepEqual(
    [state, claimedBy, exit.accepted],
    ['accepted', null, { insert: 1, replace: 0, delete: 0 }],
  );
  const { rows } = await database.pool.query(
    `select attempt, pusher, request, status, outcome, response from feed_attempt where operation_id = $1`,
    [id],
  );
  assert.deepEqual(rows, [
    {
      attempt: 1,
      pusher: 'essai',
      request: `PATCH professionnel:${rppsDe(0)} + ${anne}`,
      status: 200,
      outcome: 'accepted',
      response: '{}',
    },
  ]);
});

const refused: [
  name: string,
  ligne: LigneFile,
  answer: PatchAnswer,
  state: string,
  code: string,
][] = [
  ['400 on an insert', per, refus('bad-request', 400), 'dead', 'REQUETE_REFUSEE'],
  [
    '400 on a replace',
    { ...per, kind: 'replace' },
    refus('bad-request', 400),
    'dead',
    'REQUETE_REFUSEE',
  ],
  [
    '400 on a delete',
    { ...per, kind: 'delete' },
    refus('bad-request', 400),
    'dead',
    'REQUETE_REFUSEE',
  ],
  ['404 on an insert', per, refus('not-found', 404), 'held', 'PORTEUR_INCONNU'],
  [
    '404 on a replace',
    { ...per, kind: 'replace' },
    refus('not-found', 404),
    'held',
    'PORTEUR_INCONNU',
  ],
  ['412 on an insert', per, refus('ambiguous', 412), 'held', 'PORTEUR_AMBIGU'],
  [
    '412 on a replace',
    { ...per, kind: 'replace' },
    refus('ambiguous', 412),
    'held',
    'PORTEUR_AMBIGU',
  ],
  [
    '412 on a delete',
    { ...per, kind: 'delete' },
    refus('ambiguous', 412),
    'held',
    'PORTEUR_AMBIGU',
  ],
  [
    '422 on a replace',
    { ...per, kind: 'replace' },
    refus('unprocessable', 422),
    'dead',
    'VALEUR_REFUSEE',
  ],
  [
    '422 on a delete',
    { ...per, kind: 'delete' },
    refus('unprocessable', 422),
    'dead',
    'VALEUR_REFUSEE',
  ],
  ['refused by our own last check', per, refus('refused-here', 0), 'dead', 'REFUSEE_ICI'],
];
for (const [name, ligne, answer, state, code] of refused) {
  test(`${name}: ${state}, with the reason and the command to send it again`, async () => {
    const row = await envoyer(ligne, answer);
    assert.deepEqual([row.state, row.code, row.exit.callCount], [state, code, 1]);
    assert.match(row.message ?? '', new RegExp(`annuaire-sync push replay ${row.id} `));
    assert.equal(row.exit.failures[0]?.code, code);
  });
}

for (const [cause, status, code] of [
  ['unauthorized', 401, 'ACCES_REFUSE'],
  ['redirect', 302, 'REDIRECTION'],
] as const) {
  test(`${status} stops the channel and loses nothing`, async () => {
    const ids = await enfiler(database.pool, [
      per,
      { adresse: 'b@chu.mssante.fr' },
      { adresse: 'c@chu.mssante.fr' },
    ]);
    annuaire.toujours = () => refus(cause, status);
    const summary = await pousser(database.pool, annuaire, {}, { simultanesMax: 1 });
    assert.equal(summary.stop?.code, code);
    assert.equal(annuaire.seen.length, 1);
    for (const id of ids) assert.equal((await operation(database.pool, id)).state, 'approved');
    const { rows } = await database.pool.query(`select stop_code from feed_channel`);
    assert.deepEqual(rows, [{ stop_code: code }]);
    annuaire.toujours = undefined;
    assert.equal((await pousser(database.pool, annuaire)).accepted.insert, 3);
    assert.deepEqual((await database.pool.query(`select stop_code from feed_channel`)).rows, [
      { stop_code: null },
    ]);
  });
}

test('404 on a delete is done only when a look shows that the BAL is gone', async () => {
  const gone = await envoyer({ ...per, kind: 'delete' }, refus('not-found', 404));
  assert.deepEqual([gone.state, gone.code], ['accepted', 'DEJA_ABSENTE']);
  await viderFile(database.pool);
  dejaPubliee();
  const there = await envoyer({ ...per, kind: 'delete' }, refus('not-found', 404));
  assert.deepEqual([there.state, there.code], ['held', 'PORTEUR_INCONNU']);
});

test('404 on a delete, then a look that the server fails: looked at again later', async () => {
  annuaire.lectures.push(refus('server-error', 500));
  const first = await envoyer({ ...per, kind: 'delete' }, refus('not-found', 404));
  assert.deepEqual([first.state, first.code], ['retry', 'LECTURE_REFUSEE']);
  const clock = new Horloge(new Date(maintenant.getTime() + 3_600_000));
  annuaire.fautes.push(() => refus('not-found', 404));
  await pousser(database.pool, annuaire, { clock });
  const row = await operation(database.pool, first.id);
  assert.deepEqual([row.state, row.code], ['accepted', 'DEJA_ABSENTE']);
});

test('404 on the delete of a BAL of the liste rouge proves nothing: a person looks', async () => {
  const { state, exit } = await envoyer(
    { ...per, kind: 'delete', listeRouge: true },
    refus('not-found', 404),
  );
  assert.deepEqual([state, exit.callCount], ['held', 1]);
});

test('422 on an insert: already there as asked is done', async () => {
  dejaPubliee();
  const { state, code } = await envoyer(per);
  assert.deepEqual([state, code], ['accepted', 'DEJA_PUBLIEE']);
  assert.deepEqual(annuaire.journal, [`+ ${anne}`, `? ${anne}`]);
});

test('422 on an insert: there with other values is replaced by what was asked', async () => {
  dejaPubliee({ rang: 7 });
  const { state, code } = await envoyer({ ...per, rang: 1 });
  assert.deepEqual([state, code], ['accepted', 'REMPLACEE']);
  assert.deepEqual(annuaire.journal, [`+ ${anne}`, `? ${anne}`, `= ${anne}`]);
  assert.equal(annuaire.bals.get(`professionnel:${rppsDe(0)}`)?.get(anne)?.rang, 1);
});

test('422 on the insert of a BAL of the liste rouge that cannot be read: replaced, or done when it may be ours', async () => {
  dejaPubliee({ listeRouge: true });
  const first = await envoyer({ ...per, listeRouge: true });
  assert.deepEqual([first.state, first.code], ['accepted', 'REMPLACEE']);
  await viderFile(database.pool);
  const again = await envoyer({
    ...per,
    listeRouge: true,
    isOutcomeUnknown: true,
    attempts: 1,
    state: 'retry',
  });
  assert.deepEqual([again.state, again.code], ['accepted', 'DEJA_PUBLIEE']);
});

test('422 on an insert that cannot be replaced either is a dead letter', async () => {
  dejaPubliee({ typeBal: 'CAB' });
  const { state, code } = await envoyer(per, undefined, refus('unprocessable', 422));
  assert.deepEqual([state, code], ['dead', 'VALEUR_REFUSEE']);
});

for (const [name, answer, code] of [
  ['a gateway that is down', panne('gateway'), 'INDISPONIBLE'],
  ['no answer in time', panne('timeout'), 'DELAI_DEPASSE'],
  ['a connection that breaks', panne('connection'), 'CONNEXION'],
  ['an answer that cannot be read', panne('invalid-answer'), 'REPONSE_ILLISIBLE'],
  ['no token', panne('token', false), 'JETON'],
] as const) {
  test(`${name}: sent again later, after a wait of its own`, async () => {
    const row = await envoyer(per, answer);
    assert.deepEqual(
      [row.state, row.code, row.attempts, row.isOutcomeUnknown],
      ['retry', code, 1, answer.isOutcomeUnknown],
    );
    assert.equal(row.nextAttemptAt?.getTime(), maintenant.getTime() + 30_000);
  });
}

test('waits grow with the attempts, up to their cap, and Retry-After is obeyed', async () => {
  const first = await envoyer({ ...per, attempts: 2, state: 'retry' }, panne('gateway'));
  assert.equal(first.nextAttemptAt?.getTime(), maintenant.getTime() + 120_000);
  await viderFile(database.pool);
  const asked = await envoyer(per, panne('gateway', false, 600_000));
  assert.equal(asked.nextAttemptAt?.getTime(), maintenant.getTime() + 600_000);
});

test('attempts that are used up make a dead letter', async () => {
  const row = await envoyer({ ...per, attempts: 3, state: 'retry' }, panne('timeout'));
  assert.deepEqual([row.state, row.code, row.attempts], ['dead', 'TENTATIVES_EPUISEES', 4]);
  assert.match(row.message ?? '', /4 envois sans succès.*push replay/);
});

test('an insert of unknown outcome is read back before it is sent again', async () => {
  const carried = await envoyer(per, (request) => {
    annuaire.carryOut(request);
    return panne('timeout');
  });
  assert.equal(carried.state, 'retry');
  const clock = new Horloge(new Date(maintenant.getTime() + 3_600_000));
  await pousser(database.pool, annuaire, { clock });
  const row = await operation(database.pool, carried.id);
  assert.deepEqual([row.state, row.code], ['accepted', 'DEJA_PUBLIEE']);
  assert.deepEqual(annuaire.journal, [`+ ${anne}`, `? ${anne}`]);
  assert.equal(annuaire.inserts.get(anne), 1);
});

test('an insert that was not carried out is sent again after the look', async () => {
  const { state, exit } = await envoyer({
    ...per,
    state: 'retry',
    attempts: 1,
    isOutcomeUnknown: true,
  });
  assert.deepEqual([state, exit.callCount], ['accepted', 2]);
  assert.deepEqual(annuaire.journal, [`? ${anne}`, `+ ${anne}`]);
});

test('an insert carried out with other values is replaced', async () => {
  dejaPubliee({ rang: 3 });
  const { state } = await envoyer({
    ...per,
    rang: 1,
    state: 'retry',
    attempts: 1,
    isOutcomeUnknown: true,
  });
  assert.equal(state, 'accepted');
  assert.deepEqual(annuaire.journal, [`? ${anne}`, `= ${anne}`]);
});

test('a look that fails leaves the outcome unknown', async () => {
  annuaire.lectures.push(panne('gateway', false));
  const row = await envoyer({ ...per, state: 'retry', attempts: 1, isOutcomeUnknown: true });
  assert.deepEqual([row.state, row.isOutcomeUnknown, annuaire.seen.length], ['retry', true, 0]);
});

test('replaces and deletes of unknown outcome are repeated without a look', async () => {
  dejaPubliee();
  const { state } = await envoyer({
    ...per,
    kind: 'replace',
    state: 'retry',
    attempts: 1,
    isOutcomeUnknown: true,
  });
  assert.equal(state, 'accepted');
  assert.deepEqual(annuaire.journal, [`= ${anne}`]);
});

test('500 is tried a few times, then is a dead letter', async () => {
  const first = await envoyer(per, refus('server-error', 500));
  assert.deepEqual([first.state, first.isOutcomeUnknown], ['retry', true]);
  annuaire.toujours = () => refus('server-error', 500);
  const clock = new Horloge(new Date(maintenant.getTime() + 86_400_000));
  await pousser(database.pool, annuaire, { clock, isPatient: true }, { tentativesMax: 50 });
  const row = await operation(database.pool, first.id);
  assert.deepEqual([row.state, row.code, row.attempts], ['dead', 'ERREUR_SERVEUR', 3]);
});

test('a 200 that does not hold what was sent is not believed: read, sent again, then held', async () => {
  const mensonge: PatchAnswer = {
    kind: 'accepted',
    exchange: { request: 'PATCH', status: 200, response: '{}' },
    bals: [],
  };
  const first = await envoyer(per, mensonge);
  assert.deepEqual(
    [first.state, first.code, first.isOutcomeUnknown],
    ['retry', 'REPONSE_CONTREDITE', true],
  );
  assert.deepEqual(annuaire.journal, [`+ ${anne}`, `? ${anne}`]);
  annuaire.toujours = () => mensonge;
  await pousser(database.pool, annuaire, {
    clock: new Horloge(new Date(maintenant.getTime() + 86_400_000)),
  });
  const row = await operation(database.pool, first.id);
  assert.deepEqual([row.state, row.code], ['held', 'REPONSE_CONTREDITE']);
  assert.match(row.message ?? '', /sa réponse dit le contraire : la BAL n’y est pas/);
});

test('a 200 with other values than those sent is told with the values', async () => {
  dejaPubliee({ rang: 9 });
  const bals = [...(annuaire.bals.get(`professionnel:${rppsDe(0)}`)?.values() ?? [])];
  const row = await envoyer(
    {
      ...per,
      kind: 'replace',
      rang: 1,
      champs: ['rang'],
      state: 'retry',
      attempts: 1,
      lastCode: 'REPONSE_CONTREDITE',
    },
    { kind: 'accepted', exchange: { request: 'PATCH', status: 200, response: '{}' }, bals },
  );
  assert.equal(row.state, 'held');
  assert.match(row.message ?? '', /pas les valeurs demandées \(rang\)/);
});

test('a 200 on a delete that leaves the BAL there is not believed', async () => {
  dejaPubliee();
  const bals = [...(annuaire.bals.get(`professionnel:${rppsDe(0)}`)?.values() ?? [])];
  const row = await envoyer(
    { ...per, kind: 'delete' },
    { kind: 'accepted', exchange: { request: 'PATCH', status: 200, response: '{}' }, bals },
  );
  assert.deepEqual([row.state, row.code], ['retry', 'REPONSE_CONTREDITE']);
});

test('429 makes the whole channel wait, as long as asked, and is no attempt', async () => {
  await enfiler(database.pool, [per, { adresse: 'b@chu.mssante.fr' }]);
  annuaire.fautes.push(() => panne('throttled', false, 120_000));
  const summary = await pousser(database.pool, annuaire, {}, { simultanesMax: 1 });
  assert.equal(annuaire.seen.length, 1);
  assert.equal(summary.pause?.until.getTime(), maintenant.getTime() + 120_000);
  const row = await operation(database.pool, 1);
  assert.deepEqual([row.state, row.attempts, row.code], ['retry', 0, 'LIMITE_DE_DEBIT']);
  assert.equal((await operation(database.pool, 2)).state, 'approved');
  // Another pusher waits too.
  assert.equal((await pousser(database.pool, annuaire, { pusher: 'autre' })).callCount, 0);
  const later = new Horloge(new Date(maintenant.getTime() + 3_600_000));
  assert.equal((await pousser(database.pool, annuaire, { clock: later })).accepted.insert, 2);
});

test('429 without Retry-After is waited out by the same run', async () => {
  await enfiler(database.pool, [per, { adresse: 'b@chu.mssante.fr' }]);
  annuaire.fautes.push(() => panne('throttled', false));
  const clock = new Horloge();
  const summary = await pousser(
    database.pool,
    annuaire,
    { clock },
    { simultanesMax: 1, attenteMinMs: 1_000 },
  );
  assert.deepEqual([summary.accepted.insert, summary.pause], [2, undefined]);
  assert.ok(clock.sommeils.includes(10_000), String(clock.sommeils));
});
