// « Puis-je créer cette BAL ? » (EX_GBM_4312). Pure: a request and what is known of it give a verdict.
import { readIdNatStruct } from '../domain/id-nat-struct.js';
import type { LoadSource } from '../domain/source.js';
import type { FaitsCreation, QuestionCreation } from '../store/verification.js';
import type { DemandeLue } from './demande.js';
import type { DomaineDeclare, ReglagesVerification } from './reglages.js';
import { adresseLibre, adressePubliable, domaineAutorise } from './regles/adresse.js';
import type { CasCreation, RegleCreation } from './regles/regle.js';
import { rattachement, structureConnue } from './regles/structure.js';
import {
  titulaireActif,
  titulaireAdeli,
  titulaireConnu,
  titulaireDejaEquipe,
} from './regles/titulaire.js';
import { judgeSources, remarquesSources } from './sources.js';
import { viewStructure } from './structure.js';
import { conclude, type Verdict } from './verdict.js';

/** The request as it was understood, with what the national files add to it. */
export type CreationNormalisee = {
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
  demande: DemandeLue,
  { domaines, motifAdresse }: ReglagesVerification,
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
const regles: readonly RegleCreation[] = [
  adressePubliable,
  domaineAutorise,
  adresseLibre,
  titulaireConnu,
  titulaireAdeli,
  titulaireActif,
  titulaireDejaEquipe,
  structureConnue,
  rattachement,
];

export function judgeCreation(
  demande: DemandeLue,
  faits: FaitsCreation,
  reglages: ReglagesVerification,
  now: Date,
): Verdict<CreationNormalisee> {
  const domaineDeclare = reglages.domaines.get(demande.domaine);
  const structureDeclaree = structureOf(domaineDeclare);
  const cas: CasCreation = {
    demande,
    faits,
    domaineDeclare,
    structure: demande.structure && viewStructure(demande.structure, faits.structure),
    structureDuDomaine:
      structureDeclaree && viewStructure(structureDeclaree, faits.structureDuDomaine),
    fraicheurs: judgeSources(faits.sources, reglages.agesMaxHeures, now),
    rppsInconnu: reglages.rppsInconnu,
  };
  const remarques = [
    ...demande.remarques,
    ...regles.flatMap((regle) => regle(cas)),
    ...remarquesSources(sourcesUtiles(demande), cas.fraicheurs),
  ];
  return conclude(remarques, normalise(cas));
}

function structureOf(
  domaine: DomaineDeclare | undefined,
): ReturnType<typeof readIdNatStruct> | undefined {
  return domaine?.structure === undefined ? undefined : readIdNatStruct(domaine.structure);
}

/** Those that this verdict rests on: the others are nobody's concern here. */
function sourcesUtiles({ titulaire, structure }: DemandeLue): LoadSource[] {
  const sources: LoadSource[] = ['liste-blanche', 'bals', 'inventaire'];
  if (titulaire || structure) sources.push('professionnels');
  if (structure && structure.genre !== 'cabinet') sources.push('finess');
  if (titulaire?.type === '0') sources.push('adeli-rpps');
  return sources;
}

function normalise({ demande, faits, structure }: CasCreation): CreationNormalisee {
  return {
    adresse: demande.adresse,
    domaine: demande.domaine,
    typeBal: demande.typeBal ?? null,
    typeIdentifiantPp: demande.titulaire?.type ?? null,
    identifiantPp: demande.titulaire?.identifiant ?? null,
    rppsConnu: faits.titulaire.rpps ?? null,
    nomTitulaire: faits.titulaire.nom ?? null,
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
