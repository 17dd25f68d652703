// Answers of the Annuaire's API with parts lost, doubled or of another type: read, or told apart, never thrown.
import assert from 'node:assert/strict';
import {
  outcomeTextOf,
  parseResource,
  parseSearchPage,
  type Resource,
} from '../../../src/feed/fhir-resource.js';
import { organization, practitioner, telecom } from '../../support/feed.js';
import { mutateJson, type Json } from '../mutate.js';
import type { Target } from '../target.js';

const resource = JSON.parse(
  JSON.stringify(
    practitioner({
      id: 'p1',
      identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10000000017' }],
      telecom: [
        telecom('a@chu-exemple.mssante.fr', 'PER'),
        telecom('b@chu-exemple.mssante.fr', 'PER'),
      ],
    }),
  ),
) as Json;
const outcome: Json = {
  resourceType: 'OperationOutcome',
  issue: [
    { severity: 'error', code: 'invalid', diagnostics: 'x\u0007\n'.repeat(400) },
    { details: { text: 'refusé', coding: [{ code: 'E1', display: 'Erreur' }] } },
  ],
};
const bundle: Json = {
  resourceType: 'Bundle',
  link: [{ relation: 'next', url: 'https://exemple/fhir?page=2' }],
  entry: [
    { resource, search: { mode: 'match' } },
    { resource: JSON.parse(JSON.stringify(organization({ id: 'o1' }))) as Json },
    { resource: outcome, search: { mode: 'outcome' } },
  ],
};
const seeds: readonly Json[] = [resource, outcome, bundle, { message: 'Internal server error' }];
const secret = 'cle-tres-secrete';

export const fhirTarget: Target = {
  name: 'réponses FHIR',
  cases: 3_000,
  play: (random) => {
    const json = mutateJson(random.pick(seeds), random);
    const read = parseResource(json);
    const page = parseSearchPage(json);
    for (const one of [...(read ? [read] : []), ...(page?.resources ?? [])]) check(one);
    const text = outcomeTextOf(json, (words) => words.replaceAll(secret, '…'));
    if (text !== undefined) {
      assert.ok(text !== '' && text.length <= 501);
      // A line of a log is one line.
      assert.doesNotMatch(text, /\p{Cc}/u);
    }
    return read || page ? 'accepted' : 'refused';
  },
};

function check(resource: Resource): void {
  assert.equal(typeof resource.resourceType, 'string');
  for (const { system, value } of resource.identifiers) {
    assert.equal(typeof system, 'string');
    assert.equal(value, value.trim());
  }
  for (const { adresse } of resource.bals) assert.equal(typeof adresse, 'string');
}
