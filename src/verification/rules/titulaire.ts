// The holder of a PER or a CAB: known, active, in this structure, without another PER there.
import { practisesIn, isActivite } from '../structure.js';
import { isLoaded } from '../sources.js';
import { warn, refuse, type Remark } from '../verdict.js';
import { lignesMax } from '../../store/verification.js';
import { nameStructure } from '../../domain/id-nat-struct.js';
import type { CreationCase } from './rule.js';

export function knownTitulaire(creation: CreationCase): Remark[] {
  const { demande, facts, freshness, rppsInconnu } = creation;
  if (
    demande.titulaire?.type !== '8' ||
    isKnown(creation) ||
    !isLoaded(freshness, 'professionnels')
  ) {
    return [];
  }
  const message = `Le RPPS ${demande.titulaire.identifiant} est introuvable dans le fichier national${ageOf(creation)} : vérifiez-le ; s’il vient d’être attribué, réessayez après la prochaine extraction.`;
  // A CAB of an unknown holder exists in no requirement: it cannot be published, nothing more.
  const isRefused = demande.typeBal === 'PER' && rppsInconnu === 'refuser';
  return facts.titulaire.rpps === undefined && isRefused
    ? [refuse('TITULAIRE_INCONNU', message)]
    : [warn('TITULAIRE_INCONNU', message)];
}

function ageOf({ freshness }: CreationCase): string {
  const { professionnels } = freshness;
  return professionnels.kind === 'en-retard'
    ? ` (vieux de ${Math.round(professionnels.ageHours)} h)`
    : '';
}

function isKnown({ facts }: CreationCase): boolean {
  return facts.titulaire.lignes.length > 0 || facts.titulaire.aSavoirFaire;
}

export function adeliTitulaire({ demande, facts }: CreationCase): Remark[] {
  if (demande.titulaire?.type !== '0') return [];
  const { rpps } = facts.titulaire;
  const suite =
    rpps === undefined
      ? 'son RPPS n’est pas connu ici, demandez-le au titulaire'
      : `son RPPS est ${rpps}, employez-le`;
  return [
    warn(
      'TITULAIRE_ADELI',
      `Les numéros ADELI ne sont plus attribués : ${suite} (typeIdentifiantPp 8).`,
    ),
  ];
}

/** An unknown holder is told already. */
export function activeTitulaire(creation: CreationCase): Remark[] {
  const { demande, facts, structure } = creation;
  const { lignes: lines } = facts.titulaire;
  if (!demande.titulaire || !isKnown(creation)) return [];
  if (!lines.some(isActivite)) {
    return [
      warn(
        'TITULAIRE_SANS_ACTIVITE',
        'Le titulaire est connu du fichier national, mais n’y a aucune activité : vérifiez qu’il exerce.',
      ),
    ];
  }
  const isJudgeable =
    demande.typeBal === 'PER' && structure?.isKnown === true && lines.length <= lignesMax;
  if (!isJudgeable || lines.some((line) => practisesIn(structure, line))) return [];
  return [
    warn(
      'TITULAIRE_HORS_STRUCTURE',
      `Le titulaire n’a pas d’activité connue dans la structure ${nameStructure(structure.id)} : vérifiez son rattachement.`,
    ),
  ];
}

export function equippedTitulaire({ demande, facts }: CreationCase): Remark[] {
  if (demande.typeBal !== 'PER' || !demande.titulaire) return [];
  const la = facts.titulaire.pers.filter(
    (per) => per.structure === demande.structure?.id && per.adresse !== demande.adresse,
  );
  const adresses = [...new Set(la.map(({ adresse }) => adresse))].sort();
  if (adresses.length === 0) return [];
  const ou = demande.structure
    ? `pour la structure ${nameStructure(demande.structure.id)}`
    : 'sans structure de rattachement';
  const reste = adresses.length > adressesMax ? ` et ${adresses.length - adressesMax} autres` : '';
  return [
    warn(
      'DOUBLON_TITULAIRE',
      `Le titulaire a déjà une BAL PER ${ou} : ${adresses.slice(0, adressesMax).join(', ')}${reste}.`,
    ),
  ];
}

const adressesMax = 5;
