// Every rule, in the order of the report.
import { adresseInvalide } from './adresse-invalide.js';
import { attributsDivergents } from './attributs-divergents.js';
import { domaineHorsListeBlanche } from './domaine-hors-liste-blanche.js';
import { domaineSansBal } from './domaine-sans-bal.js';
import { doublonTitulaire } from './doublon-titulaire.js';
import { inactive } from './inactive.js';
import { listeRougePubliee } from './liste-rouge-publiee.js';
import { nonConfirmee } from './non-confirmee.js';
import { nonPubliee } from './non-publiee.js';
import { orphelineAnnuaire } from './orpheline-annuaire.js';
import { perType10 } from './per-type-10.js';
import { quota } from './quota.js';
import { rattachementEjEg } from './rattachement-ej-eg.js';
import { structureFermee } from './structure-fermee.js';
import { structureInconnue } from './structure-inconnue.js';
import { titulaireAdeli } from './titulaire-adeli.js';
import { titulaireHorsStructure } from './titulaire-hors-structure.js';
import { titulaireInconnu } from './titulaire-inconnu.js';
import { titulaireSansActivite } from './titulaire-sans-activite.js';
import { transfertInterdit } from './transfert-interdit.js';
import { typeDivergent } from './type-divergent.js';
import type { Rule } from './rule.js';

export const rules: readonly Rule[] = [
  perType10,
  titulaireInconnu,
  orphelineAnnuaire,
  titulaireSansActivite,
  titulaireHorsStructure,
  titulaireAdeli,
  structureInconnue,
  structureFermee,
  rattachementEjEg,
  attributsDivergents,
  typeDivergent,
  inactive,
  nonPubliee,
  listeRougePubliee,
  nonConfirmee,
  adresseInvalide,
  domaineHorsListeBlanche,
  domaineSansBal,
  doublonTitulaire,
  quota,
  transfertInterdit,
];
