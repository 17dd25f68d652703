// The plan in the words of its pages.
import {
  catalogueRetenues,
  definitionMotif,
  estLevee,
  libellesKind,
  motifsOperation,
  type GardePassee,
} from '../../../domain/plan.js';
import { kindsOperation, type KindOperation } from '../../../domain/feed-operation.js';
import { avantApres } from '../../../report/plan-operation-text.js';
import type { CompteOperations, OperationDuPlan } from '../../../store/plan-operation.js';
import type { DecisionDuPlan } from '../../../store/plan-page.js';
import type { Plan } from '../../../store/plan.js';
import { adressePage } from '../adresse-page.js';
import type { ResumePlan } from './port.js';

export function compter(n: number, kind: KindOperation): string {
  const { un, plusieurs } = libellesKind[kind];
  return `${nombre(n)} ${n > 1 ? plusieurs : un}`;
}

export function nombre(n: number): string {
  return n.toLocaleString('fr-FR');
}

/** « 3 créations, 1 suppression »; « aucune opération ». */
export function compterToutes(comptes: Readonly<Record<KindOperation, number>>): string {
  const parts = kindsOperation
    .filter((kind) => comptes[kind] > 0)
    .map((kind) => compter(comptes[kind], kind));
  return parts.length === 0 ? 'aucune opération' : parts.join(', ');
}

type Comptes = Record<KindOperation, number>;

const aucun = (): Comptes => ({ insert: 0, replace: 0, delete: 0 });

const domainesMax = 15;

export function vueResume(plan: Plan, { operations, retenues, approbationsDepassees }: ResumePlan) {
  const aDecider = operations.filter(({ etape }) => etape !== 'decidee');
  const somme = (lignes: readonly CompteOperations[], kind?: KindOperation): number =>
    lignes
      .filter((ligne) => kind === undefined || ligne.kind === kind)
      .reduce((sum, ligne) => sum + ligne.nombre, 0);
  return {
    total: somme(aDecider),
    kinds: kindsOperation.map((kind) => ({
      kind,
      libelle: libellesKind[kind].plusieurs,
      nombre: somme(aDecider, kind),
      href: adressePage('/console/plan/operations', { kind, etape: 'proposee' }),
    })),
    secondes: somme(operations.filter(({ etape }) => etape === 'seconde')),
    decidees: somme(operations.filter(({ etape }) => etape === 'decidee')),
    approbationsDepassees,
    domaines: vueDomaines(aDecider),
    motifs: vueMotifs(aDecider),
    retenues: vueRetenues(retenues),
    retenuesTotal: retenues.reduce((sum, retenue) => sum + retenue.nombre, 0),
    gardes: plan.gardes.slice(0, gardesMax).map(vueGarde),
    gardesDePlus: Math.max(0, plan.gardes.length - gardesMax),
    estBloque: plan.gardes.some((garde) => !estLevee(garde)),
  };
}

function vueDomaines(lignes: readonly CompteOperations[]) {
  const domaines = new Map<string, Comptes>();
  for (const { domaine, kind, nombre: n } of lignes) {
    const comptes = domaines.get(domaine) ?? aucun();
    comptes[kind] += n;
    domaines.set(domaine, comptes);
  }
  const total = (comptes: Comptes): number => comptes.insert + comptes.replace + comptes.delete;
  const tries = [...domaines].sort(
    ([a, x], [b, y]) => total(y) - total(x) || (a < b ? -1 : a > b ? 1 : 0),
  );
  return {
    lignes: tries.slice(0, domainesMax).map(([domaine, comptes]) => ({
      domaine,
      ...comptes,
      total: total(comptes),
      href: adressePage('/console/plan/operations', { domaine, etape: 'proposee' }),
    })),
    dePlus: Math.max(0, tries.length - domainesMax),
  };
}

function vueMotifs(lignes: readonly CompteOperations[]) {
  return motifsOperation.flatMap((motif) =>
    kindsOperation.flatMap((kind) => {
      const n = lignes
        .filter((ligne) => ligne.motif === motif && ligne.kind === kind)
        .reduce((sum, ligne) => sum + ligne.nombre, 0);
      if (n === 0) return [];
      const { libelle, exigence } = definitionMotif(motif);
      return [
        {
          motif,
          kind,
          nature: libellesKind[kind].plusieurs,
          libelle,
          exigence,
          nombre: n,
          href: adressePage('/console/plan/operations', { kind, motif, etape: 'proposee' }),
        },
      ];
    }),
  );
}

function vueRetenues(retenues: ResumePlan['retenues']) {
  const codes = [...new Set(retenues.map(({ code }) => code))];
  return codes
    .map((code) => ({
      code,
      ...catalogueRetenues[code],
      nombre: retenues.filter((r) => r.code === code).reduce((sum, r) => sum + r.nombre, 0),
      href: adressePage('/console/plan/retenues', { code }),
    }))
    .sort((a, b) => b.nombre - a.nombre);
}

const gardesMax = 20;

export function vueGarde(garde: GardePassee) {
  return {
    message: garde.message,
    estLevee: estLevee(garde),
    ...(garde.domainesLeves.length > 0 && { domainesLeves: garde.domainesLeves.join(', ') }),
    ...(garde.leveePar !== undefined && { leveePar: garde.leveePar, motif: garde.motif ?? '' }),
    ...(garde.leveeLe !== undefined && { leveeLe: new Date(garde.leveeLe) }),
    ...(garde.domaine !== undefined && { domaine: garde.domaine }),
  };
}

export function vueOperation(operation: OperationDuPlan) {
  const { avant, apres } = avantApres(operation);
  const { libelle, exigence } = definitionMotif(operation.motif);
  return {
    id: operation.id,
    href: `/console/envois/${operation.id}`,
    nature: libellesKind[operation.kind].un,
    kind: operation.kind,
    adresse: operation.adresse,
    domaine: operation.domaine,
    avant,
    apres,
    motif: operation.motif,
    libelle,
    exigence,
    estADecider: operation.state === 'planned',
    notes: notesOf(operation),
  };
}

function notesOf({
  state,
  decideePar,
  premiereApprobationPar,
  autreAdresse,
  apres,
}: OperationDuPlan): string[] {
  return [
    ...(state === 'planned' ? [] : [`approuvée par ${decideePar ?? 'inconnu'}`]),
    ...(state === 'planned' && premiereApprobationPar !== undefined
      ? [`premier accord de ${premiereApprobationPar}, une autre personne doit approuver`]
      : []),
    ...(autreAdresse === undefined ? [] : [`remplacée par ${autreAdresse}`]),
    ...(apres === undefined ? [] : [`attend que l’opération n° ${apres} soit acceptée`]),
  ];
}

const libellesDecision: Readonly<Record<string, string>> = {
  approve: 'Approbation',
  reject: 'Rejet',
  override: 'Garde levée',
  replay: 'Renvoi',
  cancel: 'Annulation',
  withdraw: 'Retrait',
};

export function vueDecision(decision: DecisionDuPlan) {
  return {
    id: decision.id,
    le: decision.decidedAt,
    auteur: decision.author,
    action: libellesDecision[decision.action] ?? decision.action,
    nombre: decision.nombre,
    choix: decrireFiltre(decision.filter),
    ...(decision.planId !== undefined && { planId: decision.planId }),
    raison: decision.reason ?? '',
  };
}

const nomsDuFiltre: Readonly<Record<string, string>> = {
  domaine: 'domaine',
  kind: 'sorte',
  motif: 'motif',
  adresse: 'adresse',
  code: 'code',
  states: 'état',
  avant: 'antérieures au',
  approbation: 'réglage',
  gardes: 'gardes',
  premieres: 'premiers accords',
};

/** What chose the operations, bounded. */
function decrireFiltre(filter: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(filter).flatMap(([cle, valeur]) => {
    const nom = nomsDuFiltre[cle];
    if (nom === undefined || valeur === null || valeur === 0) return [];
    const text = (Array.isArray(valeur) ? valeur : [valeur]).map(String).join(', ');
    return [`${nom} ${text.length > 120 ? `${text.slice(0, 120)}…` : text}`];
  });
  return parts.join(' ; ');
}
