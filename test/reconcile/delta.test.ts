import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  load,
  vider,
  type Etat,
  type LigneActivite,
  type LigneInventaire,
} from '../support/annuaire.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { constatsOuverts, maintenant, rapprocher } from '../support/rapprochement.js';
import type { ReconcileSettings } from '../../src/reconcile/reconcile.js';
import { runs } from '../support/runs.js';

const rounds = runs(5);
const jour = 24 * 3600 * 1000;

const reglages: Partial<ReconcileSettings> = {
  domaines: [
    { nom: 'un.mssante.fr', structure: '1100000001' },
    { nom: 'deux.mssante.fr', structure: '1200000001' },
    { nom: 'trois.mssante.fr' },
  ],
};

const vide: Etat = {
  bals: [],
  inventaire: [],
  activites: [],
  finess: [],
  listeBlanche: [],
  adeli: [],
};
const ici = { adresse: 'a@trois.mssante.fr', rpps: '10000000018' };

// Verdicts that move although nothing of the BAL nor of its holder did.
const basculements: readonly { nom: string; avant: Etat; apres: Etat; jours?: number }[] = [
  {
    nom: 'a site where the holder practises moved to another EJ',
    avant: {
      inventaire: [{ ...ici, structure: '1100000002' }],
      activites: [{ rpps: ici.rpps, site: '100000001' }],
      finess: [
        { finess: '100000001', nature: 'EG', ej: '200000001' },
        { finess: '100000002', nature: 'EG', ej: '200000001' },
      ],
    },
    apres: {
      finess: [
        { finess: '100000001', nature: 'EG', ej: '200000002' },
        { finess: '100000002', nature: 'EG', ej: '200000001' },
      ],
    },
  },
  {
    nom: 'the same, for a holder known by Pro Santé Connect only',
    avant: {
      inventaire: [{ ...ici, structure: '1100000002' }],
      identites: [{ rpps: ici.rpps, site: '100000001' }],
      finess: [
        { finess: '100000001', nature: 'EG', ej: '200000001' },
        { finess: '100000002', nature: 'EG', ej: '200000001' },
      ],
    },
    apres: { finess: [{ finess: '100000002', nature: 'EG', ej: '200000001' }] },
  },
  {
    nom: 'the most frequent EJ of a site changed by the activities of others',
    avant: {
      inventaire: [{ adresse: 'a@deux.mssante.fr', type: 'ORG', structure: '1100000001' }],
      activites: [
        { rpps: '1', site: '100000001', ej: '200000001' },
        { rpps: '2', site: '100000001', ej: '200000002' },
        { rpps: '3', ej: '200000001' },
      ],
    },
    apres: {
      activites: [
        { rpps: '1', site: '100000001', ej: '200000001' },
        { rpps: '2', site: '100000001', ej: '200000002' },
        { rpps: '4', site: '100000001', ej: '200000002' },
        { rpps: '3', ej: '200000001' },
      ],
    },
  },
  {
    nom: 'the structure declared for the domain changed EJ',
    avant: {
      inventaire: [{ adresse: 'a@un.mssante.fr', type: 'ORG', structure: '1200000001' }],
      finess: [
        { finess: '100000001', nature: 'EG', ej: '200000001' },
        { finess: '200000001', nature: 'EJ' },
      ],
    },
    apres: {
      finess: [
        { finess: '100000001', nature: 'EG', ej: '200000002' },
        { finess: '200000001', nature: 'EJ' },
      ],
    },
  },
  {
    nom: 'a structure is no longer in any activity',
    avant: {
      inventaire: [{ adresse: 'a@trois.mssante.fr', type: 'ORG', structure: '410100000240453' }],
      activites: [{ rpps: '1', technique: 'R10100000240453' }],
    },
    apres: { activites: [{ rpps: '1', mode: 'L' }] },
  },
  {
    nom: 'a structure closed between the two runs, by the clock alone',
    avant: {
      inventaire: [{ adresse: 'a@trois.mssante.fr', type: 'ORG', structure: '1100000001' }],
      finess: [{ finess: '100000001', nature: 'EG', fermeture: '2026-10-12' }],
    },
    apres: {},
    jours: 3,
  },
  {
    nom: 'a correspondence ADELI became known',
    avant: { inventaire: [{ adresse: 'a@trois.mssante.fr', typePp: '0', pp: '759999999' }] },
    apres: { adeli: [{ adeli: '759999999', rpps: ici.rpps }] },
  },
  {
    nom: 'the target of a forwarding left the Annuaire',
    avant: {
      inventaire: [{ ...ici, transfertVers: 'moi@ailleurs.mssante.fr' }],
      bals: [{ adresse: 'moi@ailleurs.mssante.fr', rpps: ici.rpps }],
    },
    apres: { bals: [] },
  },
];

describe('a run on what changed', () => {
  let db: TestDatabase;
  before(async () => {
    db = await testDatabase();
  });
  after(() => db.drop());

  for (const seed of [1, 2, 3, 4, 5, 6]) {
    test(`finds what a run on everything finds (seed ${seed})`, async () => {
      const hasard = random(seed);
      await vider(db.pool);
      let etat = tirerTout(hasard, seed % 2 === 0);
      let now = maintenant.getTime();
      await load(db.pool, etat);
      await rapprocher(db.pool, reglages, { now: new Date(now) });
      let moved = 0;
      for (let round = 1; round <= rounds; round += 1) {
        const loads = 1 + Math.floor(hasard() * 3);
        for (let i = 0; i < loads; i += 1) {
          etat = muter(hasard, etat);
          await load(db.pool, etat);
        }
        now += Math.floor(hasard() * 120) * jour;
        const delta = await rapprocher(db.pool, reglages, { now: new Date(now) });
        assert.equal(delta.mode, 'delta');
        moved += delta.openedCount + delta.closedCount + delta.changedCount;
        const ouverts = await constatsOuverts(db.pool);
        const full = await rapprocher(db.pool, reglages, { now: new Date(now), full: true });
        assert.deepEqual(await constatsOuverts(db.pool), ouverts, `round ${round}`);
        assert.equal(full.mode, 'full');
        assert.equal(full.openedCount + full.closedCount + full.changedCount, 0);
      }
      assert.ok(moved > rounds, 'the rounds change something');
    });
  }

  for (const { nom, avant, apres, jours = 0 } of basculements) {
    test(`sees that ${nom}`, async () => {
      await vider(db.pool);
      await load(db.pool, { ...vide, ...avant });
      await rapprocher(db.pool, reglages);
      await load(db.pool, apres);
      const now = new Date(maintenant.getTime() + jours * jour);
      const delta = await rapprocher(db.pool, reglages, { now });
      assert.equal(delta.mode, 'delta');
      assert.ok(delta.openedCount + delta.closedCount + delta.changedCount > 0);
      const full = await rapprocher(db.pool, reglages, { now, full: true });
      assert.equal(full.openedCount + full.closedCount + full.changedCount, 0);
    });
  }

  test('leaves the verdict independent of the order of lines and sources', async () => {
    const etat = tirerTout(random(7), true);
    await vider(db.pool);
    await load(db.pool, etat);
    await rapprocher(db.pool, reglages);
    const attendus = await db.pool.query(constatsComplets);
    await vider(db.pool);
    await load(db.pool, renverser(etat));
    await rapprocher(db.pool, reglages);
    assert.deepEqual((await db.pool.query(constatsComplets)).rows, attendus.rows);
    assert.ok(attendus.rows.length > 20);
  });
});

// The day on which an import was made is no matter of order.
const constatsComplets = `select id, code, domaine, adresse, precision, type_bal, valeurs - 'vueLe' as valeurs
  from constat order by id`;

type Hasard = () => number;

const rppss = ['10000000018', '10000000026', '10000000034', '10000000042', '10000000059'];
const egs = ['100000001', '100000002', '100000003', '100000004'];
const ejs = ['200000001', '200000002'];
const sirets = ['12345678900011', '12345678900029', '98765432100017'];
const cabinets = ['10100000240453', '10100000240454'];
const adresses = ['un', 'deux', 'trois', 'quatre'].flatMap((domaine) =>
  ['a', 'b', 'c', 'd', 'e'].map((nom) => `${nom}@${domaine}.mssante.fr`),
);
const structures = [...egs, ...ejs]
  .map((finess) => `1${finess}`)
  .concat(
    sirets.map((siret) => `3${siret}`),
    cabinets.map((id) => `4${id}`),
    ['2123456789'],
  );

function tirerTout(hasard: Hasard, isFinessKnown: boolean): Etat {
  return {
    bals: remplir(hasard, 18, tirerBal),
    inventaire: tirerInventaire(hasard),
    activites: remplir(hasard, 12, tirerActivite),
    savoirFaire: remplir(hasard, 2, (h) => ({ rpps: un(h, rppss) })),
    identites: remplir(hasard, 3, tirerActivite),
    finess: remplir(hasard, isFinessKnown ? 5 : 1, tirerFiness),
    listeBlanche: remplir(hasard, 2, (h) => ({
      domaine: `${un(h, ['un', 'deux', 'quatre'])}.mssante.fr`,
    })),
    adeli: remplir(hasard, 2, (h) => ({
      adeli: un(h, ['759999999', '759999998']),
      rpps: un(h, rppss),
    })),
  };
}

/** Lines come and go in one to three sources. */
function muter(hasard: Hasard, etat: Etat): Etat {
  const nouveau = tirerTout(hasard, true);
  const melange = (cle: keyof Etat, part: number): unknown[] => [
    ...(etat[cle] ?? []).filter(() => hasard() > part),
    ...(nouveau[cle] ?? []).filter(() => hasard() < part),
  ];
  const suivant: Record<string, unknown> = {};
  for (const cle of Object.keys(etat) as (keyof Etat)[]) {
    suivant[cle] = hasard() < 0.4 ? melange(cle, 0.25) : etat[cle];
  }
  suivant['inventaire'] = uneFois(suivant['inventaire'] as LigneInventaire[], hasard);
  return suivant;
}

/** A BAL's own columns are the same on all its lines, as the import of the inventory makes sure. */
function uneFois(lignes: readonly LigneInventaire[], hasard: Hasard): LigneInventaire[] {
  const premieres = new Map<string, LigneInventaire>();
  return lignes.map((ligne) => {
    const premiere = premieres.get(ligne.adresse) ?? volatile(hasard, ligne);
    premieres.set(ligne.adresse, premiere);
    return { ...premiere, ...pick(ligne, 'structure'), ...pick(ligne, 'service') };
  });
}

function volatile(hasard: Hasard, ligne: LigneInventaire): LigneInventaire {
  if (hasard() < 0.7) return ligne;
  return { ...ligne, ...tirerVolatile(hasard) };
}

function tirerVolatile(hasard: Hasard): Partial<LigneInventaire> {
  return {
    authentification: new Date(
      maintenant.getTime() - Math.floor(hasard() * 700) * jour,
    ).toISOString(),
    tailleOctets: Math.floor(hasard() * 120),
    quotaOctets: 100,
    ...(hasard() < 0.3 ? { transfertVers: un(hasard, adresses) } : {}),
  };
}

function pick<K extends 'structure' | 'service'>(
  ligne: LigneInventaire,
  cle: K,
): Pick<LigneInventaire, K> {
  const { [cle]: valeur } = ligne;
  return (valeur === undefined ? {} : { [cle]: valeur }) as Pick<LigneInventaire, K>;
}

function tirerInventaire(hasard: Hasard): LigneInventaire[] {
  return uneFois(
    remplir(hasard, 18, (h) => ({
      ...tirerBal(h),
      ...tirerVolatile(h),
      etat: un(h, ['actif', 'actif', 'actif', 'suspendu', 'ferme'] as const),
      listeRouge: h() < 0.1,
    })),
    hasard,
  );
}

function tirerBal(hasard: Hasard): LigneInventaire {
  const titulaire =
    hasard() < 0.8
      ? { rpps: un(hasard, rppss) }
      : hasard() < 0.5
        ? { typePp: '0', pp: un(hasard, ['759999999', '759999998']) }
        : { typePp: '10', pp: 'x' };
  return {
    adresse: un(hasard, adresses),
    type: un(hasard, ['PER', 'PER', 'PER', 'PER', 'CAB', 'ORG']),
    ...titulaire,
    ...(hasard() < 0.9 ? { structure: un(hasard, structures) } : {}),
    ...(hasard() < 0.2 ? { service: un(hasard, ['Chirurgie', 'Urgences']) } : {}),
  };
}

function tirerActivite(hasard: Hasard): LigneActivite {
  const rpps = un(hasard, rppss);
  const nom = un(hasard, ['DURAND', 'MARTIN']);
  const genre = un(
    hasard,
    Array.from({ length: 6 }, (_, i) => `G${i}`),
  );
  switch (Math.floor(hasard() * 6)) {
    case 0:
      return { rpps, nom };
    case 1:
      return { rpps, nom, siret: un(hasard, sirets), siren: un(hasard, sirets).slice(0, 9) };
    case 2:
      return { rpps, nom, technique: `R${un(hasard, cabinets)}`, mode: 'L' };
    case 3:
      return { rpps, nom, ancien: `4${un(hasard, cabinets)}`, genre };
    default:
      return {
        rpps,
        nom,
        genre,
        ...(hasard() < 0.8 ? { site: un(hasard, egs) } : {}),
        ...(hasard() < 0.7 ? { ej: un(hasard, ejs) } : {}),
        raisonSociale: un(hasard, ['CH NORD', 'CH SUD']),
      };
  }
}

function tirerFiness(hasard: Hasard): NonNullable<Etat['finess']>[number] {
  const fermeture =
    hasard() < 0.3
      ? {
          fermeture: new Date(maintenant.getTime() + hasard() * 400 * jour)
            .toISOString()
            .slice(0, 10),
        }
      : {};
  if (hasard() < 0.3) return { finess: un(hasard, ejs), nature: 'EJ', ...fermeture };
  return {
    finess: un(hasard, egs),
    nature: 'EG',
    ...(hasard() < 0.9 ? { ej: un(hasard, ejs) } : {}),
    ...(hasard() < 0.3 ? { siret: un(hasard, sirets) } : {}),
    ...fermeture,
  };
}

function renverser(etat: Etat): Etat {
  const entrees = Object.entries(etat) as [keyof Etat, readonly unknown[]][];
  return Object.fromEntries(entrees.reverse().map(([cle, lignes]) => [cle, [...lignes].reverse()]));
}

function remplir<T>(hasard: Hasard, n: number, tirer: (hasard: Hasard) => T): T[] {
  return Array.from({ length: n }, () => tirer(hasard));
}

function un<T>(hasard: Hasard, valeurs: readonly T[]): T {
  return valeurs[Math.floor(hasard() * valeurs.length)] as T;
}

/** Mulberry32: the same numbers on every machine. */
function random(seed: number): Hasard {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
