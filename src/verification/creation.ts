// « Puis-je créer cette BAL ? » (EX_GBM_4312). Pure: a request and what is known of it give a verdict.
import { readIdNatStruct } from '../domain/id-nat-struct.js';
import type { LoadSource } from '../domain/source.js';
import type { FaitsCreation, QuestionCreation } from '../store/verification.js';
import type { ReadDemande } from './demande.js';
import type { DeclaredDomaine, VerificationSettings } from './settings.js';
import { freeAdresse, publishableAdresse, allowedDomaine } from './rules/adresse.js';
import type { CreationCase, CreationRule } from './rules/rule.js';
import { rattachement, knownStructure } from './rules/structure.js';
import {
  activeTitulaire,
  adeliTitulaire,
  knownTitulaire,
  equippedTitulaire,
} from './rules/titulaire.js';
import { judgeSources, remarksOnSources } from './sources.js';
import { viewStructure } from './structure.js';
import { conclude, type Verdict } from './verdict.js';

/** The request as it was understood, with what the national files add to it. */
export type NormalizedCreation = {
  readonly adresse: string;
  readonly domaine: string;
  readonly typeBal: string | null;
  readonly typeIdentifiantPp: string | null;
  readonly identifiantPp: string | null;
  /** RPPS to use instead of an ADELI number. */
  readonly rppsConnu: string | null;
  readonly nomTitulaire: string | null;
  readonly structure: {
    /** IdNatStruct. */
    readonly id: string;
    readonly nature: string | null;
    readonly raisonSociale: string | null;
  } | null;
  readonly service: string | null;
  readonly listeRouge: boolean;
};

/** What must be looked up to judge `demande`. */
export function questionOf(
  demande: ReadDemande,
  { domaines, motifAdresse }: VerificationSettings,
): QuestionCreation {
  return {
    adresse: demande.adresse,
    domaine: demande.domaine,
    motifAdresse,
    titulaire: demande.titulaire,
    structure: demande.structure,
    structureDuDomaine: structureOf(domaines.get(demande.domaine)),
  };
}

// In the order in which reasons and warnings are told.
const rules: readonly CreationRule[] = [
  publishableAdresse,
  allowedDomaine,
  freeAdresse,
  knownTitulaire,
  adeliTitulaire,
  activeTitulaire,
  equippedTitulaire,
  knownStructure,
  rattachement,
];

export function judgeCreation(
  demande: ReadDemande,
  facts: FaitsCreation,
  settings: VerificationSettings,
  now: Date,
): Verdict<NormalizedCreation> {
  const domaineDeclare = settings.domaines.get(demande.domaine);
  const declaredStructure = structureOf(domaineDeclare);
  const creation: CreationCase = {
    demande,
    facts,
    domaineDeclare,
    structure: demande.structure && viewStructure(demande.structure, facts.structure),
    structureDuDomaine:
      declaredStructure && viewStructure(declaredStructure, facts.structureDuDomaine),
    freshness: judgeSources(facts.sources, settings.agesMaxHeures, now),
    rppsInconnu: settings.rppsInconnu,
  };
  const remarks = [
    ...demande.remarks,
    ...rules.flatMap((rule) => rule(creation)),
    ...remarksOnSources(usefulSources(demande), creation.freshness),
  ];
  return conclude(remarks, normalize(creation));
}

function structureOf(
  domaine: DeclaredDomaine | undefined,
): ReturnType<typeof readIdNatStruct> | undefined {
  return domaine?.structure === undefined ? undefined : readIdNatStruct(domaine.structure);
}

/** Those that this verdict rests on: the others are nobody's concern here. */
function usefulSources({ titulaire, structure }: ReadDemande): LoadSource[] {
  const sources: LoadSource[] = ['liste-blanche', 'bals', 'inventaire'];
  if (titulaire || structure) sources.push('professionnels');
  if (structure && structure.genre !== 'cabinet') sources.push('finess');
  if (titulaire?.type === '0') sources.push('adeli-rpps');
  return sources;
}

function normalize({ demande, facts, structure }: CreationCase): NormalizedCreation {
  return {
    adresse: demande.adresse,
    domaine: demande.domaine,
    typeBal: demande.typeBal ?? null,
    typeIdentifiantPp: demande.titulaire?.type ?? null,
    identifiantPp: demande.titulaire?.identifiant ?? null,
    rppsConnu: facts.titulaire.rpps ?? null,
    nomTitulaire: facts.titulaire.nom ?? null,
    structure: structure
      ? {
          id: structure.id,
          nature: structure.nature ?? null,
          raisonSociale: structure.raisonSociale ?? null,
        }
      : null,
    service: demande.service ?? null,
    listeRouge: demande.listeRouge,
  };
}
