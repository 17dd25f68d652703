// What may stand in the log, and what may not; a log that cannot be written stops nothing.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { sortieErreurs } from '../src/commands/journal.js';
import { texteDeJournal } from '../src/domain/texte-journal.js';
import { createLogger, type LoggerOptions, type SortieJournal } from '../src/logger.js';

function logged(
  options: Partial<LoggerOptions>,
  act: (logger: ReturnType<typeof createLogger>) => void,
): string[] {
  const lines: string[] = [];
  const out: SortieJournal = {
    write: (text: unknown) => {
      lines.push(String(text));
      return true;
    },
  };
  act(createLogger(out, { format: 'json', niveau: 'info', ...options }));
  return lines;
}

const textes: readonly [name: string, given: string, shown: string][] = [
  ['an address', 'BAL jean.exemple@chu.mssante.fr refusée', 'BAL j…@chu.mssante.fr refusée'],
  ['one with accents', 'hélène.été@chu-x.mssante.fr', 'h…@chu-x.mssante.fr'],
  ['one in a DN', 'mail=a.b@x.mssante.fr,ou=bal', 'm…@x.mssante.fr,ou=bal'],
  ['a line break', 'cn=a\nniveau=error forgé', 'cn=a ⏎ niveau=error forgé'],
  ['CRLF', 'GET /a\r\nX: y', 'GET /a ⏎ X: y'],
  ['an escape sequence', 'cn=\u001b[2J\u001b]0;titre\u0007', 'cn=\\x1b[2J\\x1b]0;titre\\x07'],
  ['C1 controls, which JSON lets through', 'a\u009b31m', 'a\\x9b31m'],
  ['an order of letters turned around', 'a\u202egpj.exe', 'a\\u{202e}gpj.exe'],
  ['separators of lines', 'a\u2028b', 'a ⏎ b'],
  ['a key', 'authorization: Bearer abcdefghijkl', 'authorization: ***'],
  ['a stack', 'Erreur\n    at x (y.ts:1:2)\n', 'Erreur ⏎     at x (y.ts:1:2)'],
  ['a NUL', 'a\0b', 'a\\x00b'],
  [
    'plain French',
    'Serveur à l’écoute : http://127.0.0.1:80 « été »',
    'Serveur à l’écoute : http://127.0.0.1:80 « été »',
  ],
];

for (const [name, given, shown] of textes) {
  test(`in a log: ${name}`, () => {
    assert.equal(texteDeJournal(given), shown);
    const [line = ''] = logged({}, (logger) =>
      logger.info('essai', given, { dn: given, adresses: [given] }),
    );
    assert.equal(line.split('\n').length, 2);
    const read = JSON.parse(line) as Record<string, unknown>;
    assert.deepEqual([read['message'], read['dn'], read['adresses']], [shown, shown, [shown]]);
  });
}

test('a text without end is cut', () => {
  assert.ok(texteDeJournal('a'.repeat(1_000_000)).length < 10_000);
});

test('JSON: level, time, event, sentence, correlation', () => {
  const [line = ''] = logged({ champs: { correlation: 'c-1' } }, (logger) =>
    logger.pour({ connexion: 12 }).warn('essai', 'Bonjour.', { duree: 3 }),
  );
  const { time, ...rest } = JSON.parse(line) as Record<string, unknown>;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT.*Z$/u);
  assert.deepEqual(rest, {
    niveau: 'warn',
    correlation: 'c-1',
    connexion: 12,
    evenement: 'essai',
    duree: 3,
    message: 'Bonjour.',
  });
});

test('legible: the sentence; the priority for journald, the time in a file', () => {
  const one = (entete: LoggerOptions['entete']): string =>
    logged({ format: 'lisible', ...(entete && { entete }) }, (logger) =>
      logger.error('essai', 'Bonjour.'),
    ).join('');
  assert.equal(one('aucun'), 'Bonjour.\n');
  assert.equal(one('priorite'), '<3>Bonjour.\n');
  assert.match(one('heure'), /^\d{4}-\d\d-\d\dT[\d:.]+Z Bonjour\.\n$/u);
});

test('legible: the correlation stays in what is kept, and is spared to a person', () => {
  const one = (entete: 'aucun' | 'heure' | 'priorite'): string =>
    logged({ format: 'lisible', entete, champs: { correlation: 'c-1' } }, (logger) =>
      logger.warn('essai', 'Bonjour.', { duree: 3 }),
    ).join('');
  assert.equal(one('aucun'), 'Bonjour.\n');
  assert.equal(one('priorite'), '<4>Bonjour. [c-1]\n');
  assert.match(one('heure'), / Bonjour\. \[c-1\]\n$/u);
});

test('below the level nothing is written', () => {
  const lines = logged({ niveau: 'warn' }, (logger) => {
    logger.info('essai', 'a');
    logger.warn('essai', 'b');
  });
  assert.equal(lines.length, 1);
});

test('a log that cannot be written, or that nobody reads, stops nothing', () => {
  const broken = createLogger(
    {
      write: () => {
        throw new Error('ENOSPC');
      },
    },
    { format: 'json', niveau: 'info' },
  );
  broken.info('essai', 'a');
  const told = (options: LoggerOptions): string[] => {
    const lines: string[] = [];
    const stuck = {
      writableLength: 2_000_000,
      write: (text: unknown): boolean => lines.push(String(text)) > 0,
    };
    const logger = createLogger(stuck, options);
    logger.info('essai', 'perdue');
    logger.info('essai', 'perdue');
    stuck.writableLength = 0;
    logger.info('essai', 'lue');
    return lines;
  };
  const message = '2 lignes de journal perdues : personne ne les lisait.';
  const lisible = { format: 'lisible', niveau: 'info' } as const;
  assert.deepEqual(told(lisible), [`${message}\n`, 'lue\n']);
  assert.deepEqual(told({ ...lisible, entete: 'priorite' }), [`<4>${message}\n`, '<6>lue\n']);
  const json = told({ format: 'json', niveau: 'info', champs: { processus: 'web' } });
  const [{ time, ...perdues } = {}, lue] = json.map(
    (line) => JSON.parse(line) as Record<string, unknown>,
  );
  assert.match(String(time), /Z$/u);
  assert.deepEqual(perdues, {
    niveau: 'warn',
    processus: 'web',
    evenement: 'lignes-perdues',
    perdues: 2,
    message,
  });
  assert.equal(lue?.['message'], 'lue');
});

test('what a stage tells under a daemon is a line of the log each, with the correlation of its run', () => {
  const lines: string[] = [];
  const err = new Writable({
    decodeStrings: false,
    write: (chunk: unknown, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const env = { ANNUAIRE_SYNC_CORRELATION: 'aaaaaaaa-1', ANNUAIRE_SYNC_JOURNAL: 'json' };
  sortieErreurs(err, env).write('  Lecture…\n\n  a.b@x.fr : 3 lignes\n');
  const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    read.map(({ message, correlation }) => [message, correlation]),
    [
      ['Lecture…', 'aaaaaaaa-1'],
      ['a…@x.fr : 3 lignes', 'aaaaaaaa-1'],
    ],
  );
  assert.equal(sortieErreurs(err, {}), err);
});
