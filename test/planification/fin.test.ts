import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finOf } from '../../src/planification/fin.js';

const sortie = {
  exitCode: 1,
  json: '',
  isOverLimit: false,
  isInterrupted: false,
  limiteMinutes: 60,
};

test('says what the command said, wherever it said it', () => {
  const single = finOf({
    ...sortie,
    exitCode: 3,
    json: '{"erreur":{"code":"EXTRACTION_VIDE","message":"Rien."}}\n',
  });
  assert.deepEqual(single, {
    issue: 'refus',
    code: 'EXTRACTION_VIDE',
    message: 'Rien.',
    exitCode: 3,
  });
  const several = finOf({
    ...sortie,
    json: '[{"source":"bals","kind":"loaded"},{"source":"finess","kind":"error","code":"A","message":"Un."},{"code":"B","message":"Deux."}]\n',
  });
  assert.deepEqual([several.issue, several.code, several.message], ['echec', 'A', 'Un. Deux.']);
});

test('a refusal for the sake of the node is tried again; one of a guard waits for somebody', () => {
  const issueOf = (code: string): string =>
    finOf({ ...sortie, exitCode: 3, json: `{"erreur":{"code":"${code}","message":"Non."}}` }).issue;
  assert.deepEqual(['HORLOGE_FAUSSE', 'SCHEMA_NEWER', 'EXTRACTION_VIDE'].map(issueOf), [
    'echec',
    'echec',
    'refus',
  ]);
});

test('says something of a command that said nothing, or was cut', () => {
  const cut = finOf({ ...sortie, json: '{"erreur":{"code":"A","mess' });
  assert.match(cut.message, /code de sortie 1/u);
});

test('a stop and a limit are told as such, unless all was done', () => {
  assert.equal(finOf({ ...sortie, isInterrupted: true }).issue, 'interrompu');
  assert.equal(finOf({ ...sortie, isOverLimit: true }).issue, 'delai');
  assert.equal(finOf({ ...sortie, exitCode: 0, isInterrupted: true }).issue, 'reussite');
});
