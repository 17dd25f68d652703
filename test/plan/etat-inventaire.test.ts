import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeInventaire } from '../../src/plan/etat-inventaire.js';
import { evaluateGuards } from '../../src/plan/guards.js';
import type { SourceLoad } from '../../src/store/source-load.js';
import type { LastRun } from '../../src/store/source-status.js';
import { reglagesPlan } from '../support/plan.js';

const now = new Date('2026-06-15T10:00:00Z');
const ago = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

function load(
  id: number,
  inventaireSource: string,
  hours: number,
  more: Partial<SourceLoad> = {},
): SourceLoad {
  return {
    id,
    source: 'inventaire',
    inventaireSource,
    version: 'v',
    genereLe: undefined,
    loadedAt: ago(hours),
    origin: 'o',
    sizeBytes: 0,
    layout: '',
    lineCount: 5,
    rejectedCount: 0,
    duplicateCount: 0,
    addedCount: 0,
    goneCount: 0,
    isFull: false,
    warnings: [],
    ...more,
  };
}

function run(inventaireSource: string, outcome: LastRun['outcome'], contactHours: number): LastRun {
  return {
    source: 'inventaire',
    inventaireSource,
    startedAt: now,
    finishedAt: now,
    outcome,
    code: undefined,
    message: undefined,
    lastContactAt: ago(contactHours),
  };
}

const judge = (noms: readonly string[], loads: readonly SourceLoad[], runs: readonly LastRun[]) =>
  judgeInventaire(noms, loads, runs, 48, now);

describe('the inventory as a plan sees it', () => {
  it('is as old as the oldest success among the sources of the settings', () => {
    const loads = [load(3, 'un', 60), load(9, 'deux', 2), load(1, 'retiree', 900)];
    const etat = judge(['un', 'deux'], loads, [run('un', 'failed', 60), run('deux', 'loaded', 2)]);
    assert.deepEqual([etat?.load.id, etat?.ageHeures, etat?.laPlusVieille], [9, 60, 'un']);
    const fresh = judge(['un', 'deux'], loads, [
      run('un', 'unchanged', 1),
      run('deux', 'loaded', 2),
    ]);
    assert.deepEqual([fresh?.ageHeures, fresh?.laPlusVieille], [2, 'deux']);
  });

  it('counts the rejected lines of all of them, and names the one that was refused', () => {
    const loads = [
      load(3, 'un', 1, { rejectedCount: 2 }),
      load(9, 'deux', 2, { rejectedCount: 3 }),
    ];
    const etat = judge(['un', 'deux'], loads, [run('un', 'refused', 1)]);
    assert.deepEqual([etat?.rejectedCount, etat?.isRefused, etat?.refusee], [5, true, 'un']);
  });

  it('is not there without a load, and a source that never was or that was dropped stops the plan', () => {
    assert.equal(judge(['un'], [], []), undefined);
    const refusal = {
      code: 'PLAN_SANS_SOURCE',
      message: /« deux » n’a jamais été importée.*inventory sync deux/u,
    };
    assert.throws(() => judge(['un', 'deux'], [load(3, 'un', 1)], []), refusal);
    const dropped = [load(3, 'un', 1), load(4, 'deux', 1, { lineCount: 0 })];
    assert.throws(() => judge(['un', 'deux'], dropped, []), refusal);
  });

  it('the guards say which source', () => {
    const etat = judge(
      ['un', 'deux'],
      [load(3, 'un', 60), load(9, 'deux', 2)],
      [run('deux', 'refused', 2)],
    );
    assert.ok(etat);
    const annuaire = { ageHeures: 1, ageMaxHeures: 48, isRefused: false };
    const mesures = { inventaireBals: 10, inventaire: etat, annuaire, domaines: [] };
    const messages = evaluateGuards(mesures, reglagesPlan.gardes).map((garde) =>
      JSON.stringify(garde),
    );
    assert.match(messages[0] ?? '', /La source d’inventaire « un » a 60 h/u);
    assert.match(messages[1] ?? '', /La source d’inventaire « deux » en service est dépassée/u);
  });
});
