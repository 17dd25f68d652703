// The hygiene report as one JSON document, documented in docs/hygiene-chiffres.md.
import {
  bases,
  catalogueChiffres,
  chiffres,
  partDe,
  type Chiffre,
  type Valeurs,
} from '../../domain/chiffre-hygiene.js';
import { attention, etatDe, tendanceDe, type Hygiene, type HygieneOptions } from './modele.js';

const version = 1;

export function writeHygieneJson(options: HygieneOptions, hygiene: Hygiene): string {
  const { releves, premierJour, domaines } = hygiene;
  const nonEvalues = releves.at(-1)?.nonEvalues ?? new Set<Chiffre>();
  const document = {
    version,
    genereLe: options.now.toISOString(),
    operateur: options.operateur,
    domaine: options.domaine ?? null,
    depuis: options.depuis,
    premierJour: premierJour ?? null,
    fraicheur: options.fraicheur,
    chiffres: chiffres.map((chiffre) => {
      const { libelle, base = null, exigence } = catalogueChiffres[chiffre];
      const tendance = tendanceDe(chiffre, releves);
      return {
        chiffre,
        libelle,
        exigence,
        base,
        etat: etatDe(chiffre, tendance),
        valeur: tendance?.valeur ?? null,
        part: tendance?.part ?? null,
        ecart: tendance?.ecart ?? null,
        ecartDepuis: tendance?.depuis ?? null,
      };
    }),
    jours: releves.map((releve) => ({
      jour: releve.jour,
      mesureLe: releve.mesureLe.toISOString(),
      ...enJson(releve.valeurs, releve.nonEvalues),
    })),
    domaines: domaines.map((domaine) => ({
      domaine: domaine.domaine,
      attention: attention(domaine),
      ...enJson(domaine.valeurs, nonEvalues),
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

/** `null`: not evaluated. */
function enJson(valeurs: Valeurs, nonEvalues: ReadonlySet<Chiffre>): object {
  const mesures = chiffres.map((chiffre) => [
    chiffre,
    nonEvalues.has(chiffre)
      ? null
      : { valeur: valeurs.get(chiffre) ?? 0, part: partDe(chiffre, valeurs) ?? null },
  ]);
  return {
    bases: Object.fromEntries(bases.map((base) => [base, valeurs.get(base) ?? 0])) as object,
    chiffres: Object.fromEntries(mesures) as object,
  };
}
