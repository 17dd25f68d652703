import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from '../support/fast-check.js';
import type { BalOperateur } from '../../src/domain/bal-operateur.js';
import { Attachments } from '../../src/inventory/attachments.js';

function bal(adresse: string, rpps: string, finess: string): BalOperateur {
  return {
    adresse,
    adresseSaisie: adresse,
    typeBal: 'PER',
    typeIdentifiantPp: '8',
    identifiantPp: rpps,
    typeIdentifiantStructure: '1',
    identificationStructure: finess,
    serviceRattachement: undefined,
    responsable: undefined,
    description: undefined,
    listeRouge: false,
    preferee: false,
    etat: 'actif',
    dateCreation: undefined,
    transfertVers: undefined,
    derniereAuthentification: undefined,
    tailleOctets: undefined,
    quotaOctets: undefined,
  };
}

/** The rule said plainly. */
function judge(accepted: readonly BalOperateur[], line: BalOperateur): string {
  const same = accepted.filter(({ adresse }) => adresse === line.adresse);
  const hasStructure = same.some((o) => o.identificationStructure === line.identificationStructure);
  if (hasStructure) return 'repeated';
  const isDivergent = same.some(({ identifiantPp }) => identifiantPp !== line.identifiantPp);
  return isDivergent ? 'divergent' : 'accepted';
}

it('judges lines as comparing each with all the earlier ones would', () => {
  const lines = fc.array(fc.tuple(fc.nat(30), fc.nat(1), fc.nat(4)), { maxLength: 200 });
  fc.assert(
    fc.property(lines, (tuples) => {
      const attachments = new Attachments();
      const accepted: BalOperateur[] = [];
      for (const [index, [a, r, f]] of tuples.entries()) {
        const line = bal(`n${a}@b.fr`, `rpps${r}`, `finess${f}`);
        const expected = judge(accepted, line);
        assert.equal(attachments.add(line, index)?.kind ?? 'accepted', expected);
        if (expected === 'accepted') accepted.push(line);
      }
    }),
  );
});

it('still knows each of 200,000 neighbouring addresses, and the line it was on', () => {
  const attachments = new Attachments();
  const adresse = (index: number): string => `n${index}@b.fr`;
  for (let i = 0; i < 200_000; i++)
    assert.equal(attachments.add(bal(adresse(i), 'r', 'f'), i), undefined);
  for (let i = 0; i < 200_000; i += 1009)
    assert.deepEqual(attachments.add(bal(adresse(i), 'r', 'f'), 0), {
      kind: 'repeated',
      firstLine: i,
    });
});
