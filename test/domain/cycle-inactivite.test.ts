import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ajouterJours,
  deciderCas,
  deciderCloture,
  delaiJoursMin,
  etatsCas,
  etatsOuverts,
  originesDe,
  transitionsCas,
  type CasSuivi,
  type DecisionCas,
  type ReglagesCycle,
  type SuiteAvis,
  type VueInventaire,
} from '../../src/domain/cycle-inactivite.js';
import fc from '../support/fast-check.js';

const venue = new Date('2026-01-10T08:00:00Z');
const le = (jour: number): Date => ajouterJours(venue, jour);
const reglages: ReglagesCycle = {
  limiteJours: 365,
  preavisJours: 30,
  delaiJours: 30,
  rappelJours: 7,
};

const ouvert: CasSuivi = {
  etat: 'a-prevenir',
  activiteLe: venue,
  estAuthentification: true,
  limiteLe: le(365),
  annonceLe: undefined,
  echeanceLe: undefined,
  rappelLe: undefined,
};
const prevenue: CasSuivi = { ...ouvert, etat: 'prevenue', annonceLe: le(366) };
const enCours: CasSuivi = { ...prevenue, etat: 'delai-en-cours', echeanceLe: le(367) };
const rappelee: CasSuivi = { ...enCours, rappelLe: le(360) };

const la: VueInventaire = {
  kind: 'presente',
  estPer: true,
  activiteLe: venue,
  aAuthentification: true,
  estConstatee: true,
};
const enFile: SuiteAvis = { kind: 'en-file' };
const parti = (jour: number): SuiteAvis => ({ kind: 'parti', le: le(jour) });

type Exemple = {
  nom: string;
  cas: CasSuivi;
  vue?: VueInventaire;
  avis?: SuiteAvis;
  jour: number;
  settings?: Partial<ReglagesCycle>;
  attendue: DecisionCas;
};

const attendre = (raison: Extract<DecisionCas, { kind: 'attendre' }>['raison']): DecisionCas => ({
  kind: 'attendre',
  raison,
});

const exemples: readonly Exemple[] = [
  {
    nom: 'a new case is told; the date told is after the delay, never before the limit',
    cas: ouvert,
    jour: 336,
    attendue: { kind: 'prevenir', annonceLe: le(366) },
  },
  {
    nom: 'told early, it is still deleted at the limit only',
    cas: ouvert,
    jour: 300,
    attendue: { kind: 'prevenir', annonceLe: le(365) },
  },
  {
    nom: 'no delay before the notice left',
    cas: prevenue,
    jour: 400,
    attendue: attendre('AVIS_EN_FILE'),
  },
  {
    nom: 'no delay when every notice failed',
    cas: prevenue,
    avis: { kind: 'echec' },
    jour: 400,
    attendue: attendre('AVIS_ECHOUE'),
  },
  {
    nom: 'the delay runs from the leaving',
    cas: prevenue,
    avis: parti(340),
    jour: 341,
    attendue: { kind: 'courir', partiLe: le(340), echeanceLe: le(370) },
  },
  {
    nom: 'the date that was told holds, even with a shorter delay in the settings since',
    cas: prevenue,
    avis: parti(336),
    settings: { delaiJours: 15 },
    jour: 341,
    attendue: { kind: 'courir', partiLe: le(336), echeanceLe: le(366) },
  },
  {
    nom: 'a clock ahead of ours makes no delay start in the future',
    cas: prevenue,
    avis: parti(345),
    jour: 341,
    attendue: { kind: 'courir', partiLe: le(341), echeanceLe: le(371) },
  },
  { nom: 'the delay runs', cas: enCours, jour: 359.9, attendue: attendre('DELAI') },
  {
    nom: 'a reminder before the end',
    cas: enCours,
    jour: 360,
    attendue: { kind: 'rappeler', echeanceLe: le(367) },
  },
  {
    nom: 'a reminder that comes late puts the end off',
    cas: enCours,
    jour: 400,
    attendue: { kind: 'rappeler', echeanceLe: le(407) },
  },
  {
    nom: 'reminded, it waits for the end',
    cas: rappelee,
    jour: 366.9,
    attendue: attendre('DELAI'),
  },
  { nom: 'the end', cas: rappelee, jour: 367, attendue: { kind: 'supprimer' } },
  {
    nom: 'the end, without reminders',
    cas: enCours,
    settings: { rappelJours: 0 },
    jour: 367,
    attendue: { kind: 'supprimer' },
  },
  {
    nom: 'no end for a BAL that no reconciliation found inactive',
    cas: rappelee,
    vue: { ...la, estConstatee: false },
    jour: 367,
    attendue: attendre('NON_CONSTATEE'),
  },
  {
    nom: 'no step while its date is lost',
    cas: rappelee,
    vue: { ...la, activiteLe: le(-900), aAuthentification: false },
    jour: 367,
    attendue: attendre('DATE_PERDUE'),
  },
  {
    nom: 'a BAL never used has no date to lose',
    cas: { ...rappelee, estAuthentification: false },
    vue: { ...la, aAuthentification: false },
    jour: 367,
    attendue: { kind: 'supprimer' },
  },
  {
    nom: 'a sign of life ends it at once',
    cas: rappelee,
    vue: { ...la, activiteLe: le(366) },
    jour: 367,
    attendue: { kind: 'clore', vers: 'reauthentifiee', cause: 'authentification' },
  },
  {
    nom: 'so does its absence',
    cas: prevenue,
    vue: { kind: 'absente' },
    jour: 340,
    attendue: { kind: 'clore', vers: 'supprimee', cause: 'absente' },
  },
  {
    nom: 'and another type',
    cas: prevenue,
    vue: { ...la, estPer: false },
    jour: 340,
    attendue: { kind: 'clore', vers: 'conservee', cause: 'plus-concernee' },
  },
  {
    nom: 'proposed, it waits for its end',
    cas: { ...rappelee, etat: 'a-supprimer' },
    jour: 380,
    attendue: attendre('DELAI'),
  },
];
for (const { nom, cas, vue = la, avis = enFile, jour, settings, attendue } of exemples) {
  test(nom, () => {
    assert.deepEqual(deciderCas(cas, vue, avis, { ...reglages, ...settings }, le(jour)), attendue);
  });
}

test('the states that end nothing are those that lead somewhere', () => {
  assert.deepEqual(etatsOuverts, ['a-prevenir', 'prevenue', 'delai-en-cours', 'a-supprimer']);
  assert.deepEqual(originesDe('conservee'), etatsOuverts);
  assert.deepEqual(originesDe('a-supprimer'), ['delai-en-cours']);
  assert.equal(Object.keys(transitionsCas).length, etatsCas.length);
});

/** What may happen between two runs, and a run. */
type Evenement =
  | { readonly kind: 'attendre'; readonly jours: number }
  | { readonly kind: 'vue'; readonly vue: VueInventaire }
  | { readonly kind: 'courrier'; readonly issue: SuiteAvis['kind'] }
  | { readonly kind: 'reglages'; readonly reglages: ReglagesCycle }
  | { readonly kind: 'passer'; readonly estSur: boolean };

const jour = fc.integer({ min: -3, max: 40 });
const evenement: fc.Arbitrary<Evenement> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('attendre' as const), jours: jour }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('vue' as const),
      // Most of what an inventory shows of an inactive BAL is that it still is.
      vue: fc.oneof(
        { weight: 20, arbitrary: fc.constant(la) },
        { weight: 2, arbitrary: fc.constant<VueInventaire>({ ...la, estConstatee: false }) },
        {
          weight: 2,
          arbitrary: fc.constant<VueInventaire>({
            ...la,
            activiteLe: undefined,
            aAuthentification: false,
          }),
        },
        { weight: 1, arbitrary: fc.constant<VueInventaire>({ ...la, activiteLe: le(350) }) },
        { weight: 1, arbitrary: fc.constant<VueInventaire>({ ...la, estPer: false }) },
        { weight: 1, arbitrary: fc.constant<VueInventaire>({ kind: 'absente' }) },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('courrier' as const),
      issue: fc.constantFrom('parti' as const, 'echec' as const, 'en-file' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reglages' as const),
      reglages: fc.record({
        limiteJours: fc.integer({ min: 30, max: 365 }),
        preavisJours: fc.integer({ min: 0, max: 60 }),
        delaiJours: fc.integer({ min: delaiJoursMin, max: 60 }),
        rappelJours: fc.integer({ min: 0, max: 14 }),
      }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('passer' as const),
      estSur: fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    }),
  },
);

test('whatever happens, nobody is proposed for deletion without a notice that left and the time to answer it', () => {
  let proposees = 0;
  fc.assert(
    fc.property(fc.array(evenement, { maxLength: 60, size: 'max' }), (evenements) => {
      proposees += replay(evenements) ? 1 : 0;
    }),
    { numRuns: 3_000 },
  );
  assert.ok(proposees > 20, `only ${proposees} sequences came to the end: nothing was tested`);
});

/** Plays them on one case; true when it was proposed for deletion. */
function replay(evenements: readonly Evenement[]): boolean {
  let [cas, vue, avis, now]: [CasSuivi, VueInventaire, SuiteAvis, Date] = [
    ouvert,
    la,
    enFile,
    le(336),
  ];
  let settings = reglages;
  let premierDepart: Date | undefined;
  for (const un of evenements) {
    switch (un.kind) {
      case 'attendre':
        now = ajouterJours(now, un.jours);
        break;
      case 'vue':
        vue = un.vue;
        break;
      case 'reglages':
        settings = un.reglages;
        break;
      case 'courrier':
        // A notice exists once it was queued, and one that left has left.
        if (cas.etat !== 'prevenue' || avis.kind === 'parti') break;
        avis = un.issue === 'parti' ? { kind: 'parti', le: now } : { kind: un.issue };
        if (avis.kind === 'parti') premierDepart ??= avis.le;
        break;
      case 'passer': {
        const decision = un.estSur
          ? deciderCas(cas, vue, avis, settings, now)
          : deciderCloture(cas, vue);
        if (decision?.kind === 'supprimer') {
          checkProposal(cas, vue, premierDepart, now);
          return true;
        }
        const next = apply(cas, decision, now);
        if (!next) return false;
        cas = next;
      }
    }
  }
  return false;
}

function checkProposal(
  cas: CasSuivi,
  vue: VueInventaire,
  premierDepart: Date | undefined,
  now: Date,
): void {
  assert.ok(premierDepart, 'a notice left');
  assert.ok(now >= ajouterJours(premierDepart, delaiJoursMin), 'time passed since');
  assert.ok(cas.annonceLe && now >= cas.annonceLe, 'not before the date that was told');
  assert.ok(now >= cas.limiteLe, 'not before the limit');
  assert.ok(vue.kind === 'presente' && vue.estPer && vue.estConstatee);
  assert.ok(!vue.activiteLe || vue.activiteLe <= cas.activiteLe, 'nobody came since');
}

/** As the store does; undefined once it is closed. */
function apply(cas: CasSuivi, decision: DecisionCas | undefined, now: Date): CasSuivi | undefined {
  switch (decision?.kind) {
    case undefined:
    case 'attendre':
    case 'supprimer':
      return cas;
    case 'clore':
      return undefined;
    case 'prevenir':
      return { ...cas, etat: 'prevenue', annonceLe: decision.annonceLe };
    case 'courir':
      return { ...cas, etat: 'delai-en-cours', echeanceLe: decision.echeanceLe };
    case 'rappeler':
      return { ...cas, rappelLe: now, echeanceLe: decision.echeanceLe };
  }
}
