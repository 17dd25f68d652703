// One page of open cases: each gets its next step, all in one transaction.
import {
  annonce,
  deciderCas,
  deciderCloture,
  type DecisionCas,
  type RaisonAttente,
  type SuiteAvis,
} from '../domain/cycle-inactivite.js';
import type { Db } from '../db/pool.js';
import { enqueueAvis, findAvis, type Avis } from '../store/avis.js';
import type { CasVu } from '../store/cas-inactivite.js';
import {
  courirDelais,
  noterAttentes,
  noterAvis,
  noterRappels,
} from '../store/cas-inactivite-avance.js';
import { cloreCas } from '../store/cas-inactivite-cloture.js';
import { ecrireAvis, type AvisDuCas } from './avis.js';
import type { HygieneSettings } from './settings.js';

export type Passage = {
  readonly settings: HygieneSettings;
  readonly now: Date;
  /** The inventory can be trusted: cases may advance, not only end. */
  readonly estSur: boolean;
};

export type BilanPage = {
  readonly reauthentifiees: number;
  readonly disparues: number;
  readonly sansObjet: number;
  readonly prevenues: number;
  readonly delais: number;
  readonly rappels: number;
  /** Notices queued, reminders included. */
  readonly avis: number;
  /** Cases that no notice could reach. */
  readonly echecs: number;
  /** Cases whose delay is over: for the guards to judge. */
  readonly dues: readonly number[];
};

type Decide = { readonly cas: CasVu; readonly decision: DecisionCas };

/** `avisMax`: notices of inactivity that may still be queued in this run, reminders apart. */
export async function passerPage(
  db: Db,
  page: readonly CasVu[],
  passage: Passage,
  avisMax: number,
): Promise<BilanPage> {
  const { settings, now, estSur } = passage;
  const suites = estSur ? await suitesAvis(db, page) : new Map<number, SuiteAvis>();
  const decides = page.flatMap((cas): Decide[] => {
    const decision = estSur
      ? deciderCas(cas, cas.vue, suites.get(cas.id) ?? { kind: 'en-file' }, settings, now)
      : deciderCloture(cas, cas.vue);
    return decision ? [{ cas, decision }] : [];
  });
  const clos = await clore(db, decides, now);
  const attentes = attentesOf(decides);
  await noterAttentes(db, attentes);
  const prevenances = await prevenir(db, decides, passage, avisMax);
  await noterAttentes(db, prevenances.remis);
  const rappels = await rappeler(db, decides, passage);
  const delais = decides.flatMap(({ cas, decision }) =>
    decision.kind === 'courir' ? [{ id: cas.id, ...decision }] : [],
  );
  await courirDelais(db, delais);
  return {
    ...clos,
    prevenues: prevenances.prevenues,
    delais: delais.length,
    rappels: rappels.rappels,
    avis: prevenances.avis + rappels.avis,
    echecs: attentes.filter(({ raison }) => raison === 'AVIS_ECHOUE').length,
    dues: decides.flatMap(({ cas, decision }) => (decision.kind === 'supprimer' ? [cas.id] : [])),
  };
}

/** Of the cases whose notices were queued and whose delay does not run yet. */
async function suitesAvis(db: Db, page: readonly CasVu[]): Promise<Map<number, SuiteAvis>> {
  const prevenues = page.filter(({ etat }) => etat === 'prevenue');
  const avis = await findAvis(
    db,
    prevenues.flatMap(({ avisCles }) => avisCles),
  );
  const byCle = new Map(avis.map((one) => [one.cle, one]));
  return new Map(
    prevenues.map(({ id, avisCles }) => [
      id,
      suiteOf(avisCles.flatMap((cle) => byCle.get(cle) ?? [])),
    ]),
  );
}

function suiteOf(avis: readonly Avis[]): SuiteAvis {
  const partis = avis.flatMap(({ etat, partiLe }) =>
    etat === 'parti' && partiLe ? [partiLe] : [],
  );
  if (partis.length > 0) {
    return { kind: 'parti', le: new Date(Math.min(...partis.map((date) => date.getTime()))) };
  }
  const estEnFile = avis.some(({ etat }) => etat === 'a-envoyer' || etat === 'en-envoi');
  return { kind: estEnFile ? 'en-file' : 'echec' };
}

async function clore(
  db: Db,
  decides: readonly Decide[],
  now: Date,
): Promise<Pick<BilanPage, 'reauthentifiees' | 'disparues' | 'sansObjet'>> {
  const par = async (cause: 'authentification' | 'absente' | 'plus-concernee'): Promise<number> => {
    const vises = decides.flatMap(({ cas, decision }) =>
      decision.kind === 'clore' && decision.cause === cause ? [{ id: cas.id, decision }] : [],
    );
    const [first] = vises;
    if (!first) return 0;
    const ids = vises.map(({ id }) => id);
    return (await cloreCas(db, ids, { vers: first.decision.vers, cause, now })).length;
  };
  return {
    reauthentifiees: await par('authentification'),
    disparues: await par('absente'),
    sansObjet: await par('plus-concernee'),
  };
}

type Prevenances = Pick<BilanPage, 'prevenues' | 'avis'> & {
  /** Left for the next run. */
  readonly remis: readonly { readonly id: number; readonly raison: RaisonAttente }[];
};

/** First notices, and notices to mailboxes that appeared since all the others failed. */
async function prevenir(
  db: Db,
  decides: readonly Decide[],
  { settings, now }: Passage,
  avisMax: number,
): Promise<Prevenances> {
  const nouveaux = decides.filter(({ decision }) => decision.kind === 'prevenir');
  const retenus = nouveaux.slice(0, avisMax);
  const injoints = decides.filter(({ decision }) => isUnreached(decision));
  const demandes = [...retenus, ...injoints].map(({ cas }): AvisDuCas => ({
    cas,
    genre: 'inactivite',
    suppressionLe: annonce(cas, settings, now),
  }));
  const ecrits = (await ecrireAvis(db, demandes, settings, now)).filter(({ cas, avis }) =>
    avis.some(({ cle }) => !cas.avisCles.includes(cle)),
  );
  const avis = await enqueueAvis(
    db,
    ecrits.flatMap((one) => one.avis),
    now,
  );
  await noterAvis(
    db,
    ecrits.map(({ cas, suppressionLe, avis: own }) => ({
      id: cas.id,
      annonceLe: suppressionLe,
      cles: [...new Set([...cas.avisCles, ...own.map(({ cle }) => cle)])],
    })),
    now,
  );
  return {
    prevenues: retenus.length,
    avis,
    remis: nouveaux
      .slice(avisMax)
      .map(({ cas }) => ({ id: cas.id, raison: 'AVIS_LIMITE' as const })),
  };
}

async function rappeler(
  db: Db,
  decides: readonly Decide[],
  { settings, now }: Passage,
): Promise<Pick<BilanPage, 'rappels' | 'avis'>> {
  const demandes = decides.flatMap(({ cas, decision }): AvisDuCas[] =>
    decision.kind === 'rappeler'
      ? [{ cas, genre: 'inactivite-rappel', suppressionLe: decision.echeanceLe }]
      : [],
  );
  const ecrits = await ecrireAvis(db, demandes, settings, now);
  const avis = await enqueueAvis(
    db,
    ecrits.flatMap((one) => one.avis),
    now,
  );
  await noterRappels(
    db,
    ecrits.map(({ cas, suppressionLe, avis: own }) => ({
      id: cas.id,
      echeanceLe: suppressionLe,
      cles: own.map(({ cle }) => cle),
    })),
    now,
  );
  return { rappels: ecrits.length, avis };
}

function attentesOf(
  decides: readonly Decide[],
): { readonly id: number; readonly raison: RaisonAttente }[] {
  return decides.flatMap(({ cas, decision }) =>
    decision.kind === 'attendre' ? [{ id: cas.id, raison: decision.raison }] : [],
  );
}

function isUnreached(decision: DecisionCas): boolean {
  return decision.kind === 'attendre' && decision.raison === 'AVIS_ECHOUE';
}
