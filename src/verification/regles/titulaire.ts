// The holder of a PER or a CAB: known, active, in this structure, without another PER there.
import { exerceDans, isActivite } from '../structure.js';
import { isLoaded } from '../sources.js';
import { avertissement, refus, type Remarque } from '../verdict.js';
import { lignesMax } from '../../store/verification.js';
import { nameStructure } from '../../domain/id-nat-struct.js';
import type { CasCreation } from './regle.js';

export function titulaireConnu(cas: CasCreation): Remarque[] {
  const { demande, faits, fraicheurs, rppsInconnu } = cas;
  if (demande.titulaire?.type !== '8' || isKnown(cas) || !isLoaded(fraicheurs, 'professionnels')) {
    return [];
  }
  const message = `Le RPPS ${demande.titulaire.identifiant} est introuvable dans le fichier national${ageOf(cas)} : vérifiez-le ; s’il vient d’être attribué, réessayez après la prochaine extraction.`;
  // A CAB of an unknown holder exists in no requirement: it cannot be published, nothing more.
  const estRefuse = demande.typeBal === 'PER' && rppsInconnu === 'refuser';
  return faits.titulaire.rpps === undefined && estRefuse
    ? [refus('TITULAIRE_INCONNU', message)]
    : [avertissement('TITULAIRE_INCONNU', message)];
}

function ageOf({ fraicheurs }: CasCreation): string {
  const { professionnels } = fraicheurs;
  return professionnels.kind === 'en-retard'
    ? ` (vieux de ${Math.round(professionnels.ageHours)} h)`
    : '';
}

function isKnown({ faits }: CasCreation): boolean {
  return faits.titulaire.lignes.length > 0 || faits.titulaire.aSavoirFaire;
}

export function titulaireAdeli({ demande, faits }: CasCreation): Remarque[] {
  if (demande.titulaire?.type !== '0') return [];
  const { rpps } = faits.titulaire;
  const suite =
    rpps === undefined
      ? 'son RPPS n’est pas connu ici, demandez-le au titulaire'
      : `son RPPS est ${rpps}, employez-le`;
  return [
    avertissement(
      'TITULAIRE_ADELI',
      `Les numéros ADELI ne sont plus attribués : ${suite} (typeIdentifiantPp 8).`,
    ),
  ];
}

/** An unknown holder is told already. */
export function titulaireActif(cas: CasCreation): Remarque[] {
  const { demande, faits, structure } = cas;
  const { lignes } = faits.titulaire;
  if (!demande.titulaire || !isKnown(cas)) return [];
  if (!lignes.some(isActivite)) {
    return [
      avertissement(
        'TITULAIRE_SANS_ACTIVITE',
        'Le titulaire est connu du fichier national, mais n’y a aucune activité : vérifiez qu’il exerce.',
      ),
    ];
  }
  const estJugeable =
    demande.typeBal === 'PER' && structure?.estConnue === true && lignes.length <= lignesMax;
  if (!estJugeable || lignes.some((ligne) => exerceDans(structure, ligne))) return [];
  return [
    avertissement(
      'TITULAIRE_HORS_STRUCTURE',
      `Le titulaire n’a pas d’activité connue dans la structure ${nameStructure(structure.id)} : vérifiez son rattachement.`,
    ),
  ];
}

export function titulaireDejaEquipe({ demande, faits }: CasCreation): Remarque[] {
  if (demande.typeBal !== 'PER' || !demande.titulaire) return [];
  const la = faits.titulaire.pers.filter(
    (per) => per.structure === demande.structure?.id && per.adresse !== demande.adresse,
  );
  const adresses = [...new Set(la.map(({ adresse }) => adresse))].sort();
  if (adresses.length === 0) return [];
  const ou = demande.structure
    ? `pour la structure ${nameStructure(demande.structure.id)}`
    : 'sans structure de rattachement';
  const reste = adresses.length > adressesMax ? ` et ${adresses.length - adressesMax} autres` : '';
  return [
    avertissement(
      'DOUBLON_TITULAIRE',
      `Le titulaire a déjà une BAL PER ${ou} : ${adresses.slice(0, adressesMax).join(', ')}${reste}.`,
    ),
  ];
}

const adressesMax = 5;
