// The structure of attachment: known, open, and the right one of an EJ and its EG.
import { nameStructure } from '../../domain/id-nat-struct.js';
import { findEgUnique, type SeenStructure } from '../structure.js';
import { isLoaded } from '../sources.js';
import { warn, refuse, type Remark } from '../verdict.js';
import type { CreationCase } from './rule.js';

export function knownStructure(creation: CreationCase): Remark[] {
  const { structure } = creation;
  if (!structure) return [];
  const nom = nameStructure(structure.id);
  if (!structure.isKnown) {
    return canTellUnknown(creation, structure)
      ? [
          refuse(
            'STRUCTURE_INCONNUE',
            `La structure ${nom} est introuvable dans FINESS et dans les activités des professionnels : corrigez son identifiant.`,
          ),
        ]
      : [
          warn(
            'STRUCTURE_INCONNUE',
            `La structure ${nom} n’a pas pu être vérifiée dans les sources en service.`,
          ),
        ];
  }
  if (!structure.isClosed) return [];
  const since = structure.dateFermeture === undefined ? '' : ` depuis le ${dayOf(structure)}`;
  return [
    refuse(
      'STRUCTURE_FERMEE',
      `La structure ${nom} est fermée${since} : rattachez la BAL à la structure qui lui succède.`,
    ),
  ];
}

/** A structure may be in the one source that was never loaded; no source lists those of the other kinds. */
function canTellUnknown({ freshness }: CreationCase, { genre }: SeenStructure): boolean {
  if (genre === 'autre' || !isLoaded(freshness, 'professionnels')) return false;
  return genre === 'cabinet' || isLoaded(freshness, 'finess');
}

function dayOf({ dateFermeture = '' }: SeenStructure): string {
  return dateFermeture.slice(0, 10).split('-').reverse().join('/');
}

/** The three cases of RATTACHEMENT_EJ_EG; the first that holds is told. */
export function rattachement(creation: CreationCase): Remark[] {
  const { demande, facts, structure, structureDuDomaine } = creation;
  if (structure?.genre !== 'finess') return [];
  const { titulaire } = demande;
  const eg = titulaire?.type === '8' ? findEgUnique(structure, facts.titulaire.lignes) : undefined;
  if (eg !== undefined) {
    return [
      ejPlutotQueEg(
        structure,
        `le titulaire n’y exerce que dans l’entité géographique FINESS ${eg}`,
      ),
    ];
  }
  if (structureDuDomaine?.genre !== 'finess') return [];
  const { identifiant, nature, ej } = structureDuDomaine;
  if (structure.nature === 'EJ' && nature === 'EG' && ej === structure.identifiant) {
    return [
      ejPlutotQueEg(
        structure,
        `le domaine est déclaré pour son entité géographique FINESS ${identifiant}`,
      ),
    ];
  }
  if (
    structure.nature === 'EG' &&
    nature === 'EJ' &&
    structure.ej !== undefined &&
    structure.ej !== identifiant
  ) {
    return [
      warn(
        'RATTACHEMENT_EJ_EG',
        `La structure ${nameStructure(structure.id)} dépend de l’entité juridique ${structure.ej}, alors que le domaine est déclaré pour l’entité juridique ${identifiant}.`,
      ),
    ];
  }
  return [];
}

function ejPlutotQueEg(structure: SeenStructure, reason: string): Remark {
  return warn(
    'RATTACHEMENT_EJ_EG',
    `${nameStructure(structure.id)} est une entité juridique, alors que ${reason} : rattachez-y plutôt la BAL.`,
  );
}
