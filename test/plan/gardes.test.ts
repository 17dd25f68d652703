import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { estLevee, retient } from '../../src/domain/plan.js';
import { evaluateGuards, lift, type Mesures } from '../../src/plan/guards.js';
import type { MesureDomaine } from '../../src/store/plan-mesure.js';
import type { ReglagesGardes } from '../../src/plan/settings.js';

const reglages: ReglagesGardes = {
  suppressionsMax: 100,
  suppressionsPartMax: 0.05,
  domaineSuppressionsMax: 50,
  domaineSuppressionsPartMax: 0.2,
  suppressionsPlancher: 3,
  changementsMax: 1_000,
  fenetreHeures: 24,
  inventaireMin: 10,
  inventaireAgeMaxHeures: 48,
  inventaireRejetsMax: 0,
};

const fraiche = { ageHeures: 10, ageMaxHeures: 48, isRefused: false };

function domaine(mesure: Partial<MesureDomaine>): MesureDomaine {
  const suppressions = mesure.suppressions ?? 0;
  return {
    domaine: 'chu.mssante.fr',
    publiees: 10_000,
    suppressions,
    deplacements: 0,
    changements: suppressions,
    suppressionsDecidees: 0,
    changementsDecides: 0,
    ...mesure,
  };
}

function mesures(part: Partial<Mesures>): Mesures {
  return {
    inventaireBals: 10_000,
    inventaire: fraiche,
    annuaire: fraiche,
    domaines: [domaine({})],
    ...part,
  };
}

const cas: readonly (readonly [nom: string, mesures: Partial<Mesures>, gardes: string[]])[] = [
  ['nothing passed', {}, []],
  ['at the limit', { domaines: [domaine({ suppressions: 50, changements: 1_000 })] }, []],
  [
    'deletions in one domain',
    { domaines: [domaine({ suppressions: 51 })] },
    ['domaine-suppressions chu.mssante.fr 51>50'],
  ],
  [
    'a share of a domain, though few; never below the floor',
    {
      domaines: [
        domaine({}),
        domaine({ domaine: 'a.mssante.fr', publiees: 4, suppressions: 4 }),
        domaine({ domaine: 'b.mssante.fr', publiees: 4, suppressions: 3 }),
        domaine({ domaine: 'c.mssante.fr', publiees: 0, suppressions: 4 }),
      ],
    },
    ['domaine-suppressions-part a.mssante.fr 4>3', 'domaine-suppressions-part c.mssante.fr 4>3'],
  ],
  [
    'deletions in all, each domain under its limit',
    {
      domaines: ['a', 'b', 'c'].map((nom) =>
        domaine({ domaine: nom, suppressions: 40, publiees: 400 }),
      ),
    },
    ['suppressions  120>100', 'suppressions-part  120>60'],
  ],
  ['changes', { domaines: [domaine({ changements: 1_001 })] }, ['changements  1001>1000']],
  [
    'what was decided before counts, as long as something is proposed',
    {
      domaines: [
        domaine({ suppressions: 1, suppressionsDecidees: 50, changementsDecides: 1_000 }),
        domaine({ domaine: 'a.mssante.fr', suppressionsDecidees: 60 }),
      ],
    },
    [
      'changements  1001>1000',
      'suppressions  111>100',
      'domaine-suppressions chu.mssante.fr 51>50',
    ],
  ],
  [
    'nothing proposed',
    { domaines: [domaine({ suppressionsDecidees: 900, changementsDecides: 9_000 })] },
    [],
  ],
  ['a small inventory', { inventaireBals: 9 }, ['inventaire-minimum  9>10']],
  [
    'old sources',
    {
      inventaire: { ...fraiche, ageHeures: 48.1 },
      annuaire: { ...fraiche, ageHeures: 100 },
    },
    ['inventaire-age  49>48', 'annuaire-age  100>48'],
  ],
  [
    'refused sources',
    { inventaire: { ...fraiche, isRefused: true }, annuaire: { ...fraiche, isRefused: true } },
    ['inventaire-refuse  1>0', 'annuaire-refuse  1>0'],
  ],
];

describe('the guards', () => {
  for (const [nom, part, attendues] of cas) {
    test(nom, () => {
      const gardes = evaluateGuards(mesures(part), reglages);
      assert.deepEqual(
        gardes.map((g) => `${g.garde} ${g.domaine ?? ''} ${g.valeur}>${g.limite}`),
        attendues,
      );
      for (const { message } of gardes) assert.match(message, /[a-z]\.$|\)\.$/u);
    });
  }

  test('tell how many of the deletions are moves', () => {
    const [garde] = evaluateGuards(
      mesures({ domaines: [domaine({ suppressions: 60, deplacements: 58 })] }),
      reglages,
    );
    assert.match(garde?.message ?? '', /60 suppressions \(dont 58 de BAL qui restent publiées/u);
  });
});

describe('lifting a guard', () => {
  const domaines = [
    domaine({ domaine: 'parti.mssante.fr', suppressions: 90, publiees: 90 }),
    domaine({ domaine: 'autre.mssante.fr', suppressions: 20, publiees: 10_000 }),
  ];
  const gardes = evaluateGuards(mesures({ domaines }), reglages);
  const levee = { auteur: 'dupont', le: new Date(0), motif: 'transfert', domaine: undefined };

  test('holds nothing back any more, and keeps who lifted it', () => {
    const levees = lift(gardes, levee, domaines);
    assert.ok(levees.length > 0 && levees.every(estLevee));
    assert.ok(levees.every((g) => g.leveePar === 'dupont' && g.motif === 'transfert'));
    assert.ok(
      !levees.some((g) => retient(g, 'parti.mssante.fr') || retient(g, 'autre.mssante.fr')),
    );
  });

  test('for the domain that explains it, frees the others when they are under the limit', () => {
    const levees = lift(gardes, { ...levee, domaine: 'parti.mssante.fr' }, domaines);
    assert.ok(levees.every(estLevee), JSON.stringify(levees));
  });

  test('for another domain, holds back the one that explains it', () => {
    const levees = lift(gardes, { ...levee, domaine: 'autre.mssante.fr' }, domaines);
    assert.ok(levees.some((g) => retient(g, 'parti.mssante.fr')));
    assert.ok(!levees.some((g) => retient(g, 'autre.mssante.fr')));
  });

  test('one domain after the other', () => {
    const once = lift(gardes, { ...levee, domaine: 'autre.mssante.fr' }, domaines);
    assert.ok(lift(once, { ...levee, domaine: 'parti.mssante.fr' }, domaines).every(estLevee));
  });

  test('an old source can be lifted for one domain, never by figures', () => {
    const vieille = evaluateGuards(
      mesures({ domaines, inventaire: { ...fraiche, ageHeures: 99 } }),
      {
        ...reglages,
        suppressionsMax: 1_000,
        suppressionsPartMax: 1,
        domaineSuppressionsMax: 1_000,
        domaineSuppressionsPartMax: 1,
      },
    );
    const [garde] = lift(vieille, { ...levee, domaine: 'parti.mssante.fr' }, domaines);
    assert.ok(garde && !estLevee(garde));
    assert.deepEqual(
      domaines.map(({ domaine: nom }) => retient(garde, nom)),
      [false, true],
    );
  });
});
