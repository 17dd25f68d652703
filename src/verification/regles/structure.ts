// The structure of attachment: known, open, and the right one of an EJ and its EG.
import { nameStructure } from '../../domain/id-nat-struct.js';
import { findEgUnique, type StructureVue } from '../structure.js';
import { isLoaded } from '../sources.js';
import { avertissement, refus, type Remarque } from '../verdict.js';
import type { CasCreation } from './regle.js';

export function structureConnue(cas: CasCreation): Remarque[] {
  const { structure } = cas;
  if (!structure) return [];
  const nom = nameStructure(structure.id);
  if (!structure.estConnue) {
    return canTellUnknown(cas, structure)
      ? [
          refus(
            'STRUCTURE_INCONNUE',
            `La structure ${nom} est introuvable dans FINESS et dans les activités des professionnels : corrigez son identifiant.`,
          ),
        ]
      : [
          avertissement(
            'STRUCTURE_INCONNUE',
            `La structure ${nom} n’a pas pu être vérifiée dans les sources en service.`,
          ),
        ];
  }
  if (!structure.estFermee) return [];
  const depuis = structure.dateFermeture === undefined ? '' : ` depuis le ${jour(structure)}`;
  return [
    refus(
      'STRUCTURE_FERMEE',
      `La structure ${nom} est fermée${depuis} : rattachez la BAL à la structure qui lui succède.`,
    ),
  ];
}

/** A structure may be in the one source that was never loaded; no source lists those of the other kinds. */
function canTellUnknown({ fraicheurs }: CasCreation, { genre }: StructureVue): boolean {
  if (genre === 'autre' || !isLoaded(fraicheurs, 'professionnels')) return false;
  return genre === 'cabinet' || isLoaded(fraicheurs, 'finess');
}

function jour({ dateFermeture = '' }: StructureVue): string {
  return dateFermeture.slice(0, 10).split('-').reverse().join('/');
}

/** The three cases of RATTACHEMENT_EJ_EG; the first that holds is told. */
export function rattachement(cas: CasCreation): Remarque[] {
  const { demande, faits, structure, structureDuDomaine } = cas;
  if (structure?.genre !== 'finess') return [];
  const { titulaire } = demande;
  const eg = titulaire?.type === '8' ? findEgUnique(structure, faits.titulaire.lignes) : undefined;
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
      avertissement(
        'RATTACHEMENT_EJ_EG',
        `La structure ${nameStructure(structure.id)} dépend de l’entité juridique ${structure.ej}, alors que le domaine est déclaré pour l’entité juridique ${identifiant}.`,
      ),
    ];
  }
  return [];
}

function ejPlutotQueEg(structure: StructureVue, raison: string): Remarque {
  return avertissement(
    'RATTACHEMENT_EJ_EG',
    `${nameStructure(structure.id)} est une entité juridique, alors que ${raison} : rattachez-y plutôt la BAL.`,
  );
}
