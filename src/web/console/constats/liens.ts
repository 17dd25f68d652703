// The sheets that a finding leads to.
import type { Valeurs } from '../../../domain/constat.js';
import { identifiant } from '../../../report/csv.js';
import type { ConstatGarde } from '../../../store/constat.js';

export type Lien = { readonly libelle: string; readonly chemin: string };

export function liensDe({ adresse, valeurs }: ConstatGarde): Lien[] {
  const cotes = [objet(valeurs['operateur']), objet(valeurs['annuaire'])].filter(
    (cote) => cote !== undefined,
  );
  const rpps = unique([
    texte(valeurs['rpps']),
    ...cotes.map((cote) =>
      cote['typeIdentifiantPp'] === '8' ? texte(cote['identifiantPp']) : undefined,
    ),
  ]);
  const structures = unique([
    texte(objet(valeurs['structure'])?.['id'] ?? valeurs['structure']),
    texte(valeurs['attendue']),
    ...cotes.flatMap(({ structures: ids }) =>
      Array.isArray(ids) ? ids.map((id: unknown) => texte(id)) : [],
    ),
  ]);
  return [
    ...(adresse === undefined
      ? []
      : [{ libelle: `BAL ${adresse}`, chemin: `/console/bals/${encodeURIComponent(adresse)}` }]),
    ...rpps.map((un) => ({
      libelle: `Professionnel ${un}`,
      chemin: `/console/professionnels/${encodeURIComponent(un)}`,
    })),
    ...structures.slice(0, structuresMax).map((un) => ({
      libelle: `Structure ${identifiant(un)}`,
      chemin: `/console/structures/${encodeURIComponent(un)}`,
    })),
  ];
}

const structuresMax = 10;

function unique(valeurs: readonly (string | undefined)[]): string[] {
  return [...new Set(valeurs.filter((valeur) => valeur !== undefined))];
}

function texte(valeur: unknown): string | undefined {
  return typeof valeur === 'string' && valeur !== '' ? valeur : undefined;
}

function objet(valeur: Valeurs[string] | undefined): Valeurs | undefined {
  return isObjet(valeur) ? valeur : undefined;
}

function isObjet(valeur: Valeurs[string] | undefined): valeur is Valeurs {
  return typeof valeur === 'object' && valeur !== null && !Array.isArray(valeur);
}
