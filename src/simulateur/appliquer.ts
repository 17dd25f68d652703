// What the operations of one PATCH do to the BAL of one carrier: all of them, or none (pure).
import {
  appliquerEffets,
  isTypePorte,
  typesPortes,
  type BalPortee,
  type Effet,
} from './bal-portee.js';
import type { Chemin } from './chemin.js';
import {
  formeDe,
  isRang,
  isTexte,
  lireContactPoint,
  lireType,
  type BalLue,
} from './contact-point.js';
import type { Dialecte } from './dialecte.js';
import type { Operation, Valeur } from './operations.js';
import { dejaPortee, inapplicable, malForme, type Refus } from './refus.js';
import type { Ressource } from './systemes.js';

export type Cible = {
  readonly ressource: Ressource;
  /** False for a Practitioner without RPPS (type 10, ADELI): its BAL can only be deleted. */
  readonly isIdentifie: boolean;
  /** IdNatStruct by which the request named the structure. */
  readonly structureNommee: string | undefined;
};

/** Ours: each PATCH reads and answers all that a carrier holds. */
const balsParPorteurMax = 10_000;

export type Applique = {
  readonly kind: 'applique';
  readonly bals: readonly BalPortee[];
  readonly effets: readonly Effet[];
};

export function appliquer(
  bals: readonly BalPortee[],
  operations: readonly Operation[],
  cible: Cible,
  dialecte: Dialecte,
): Applique | Refus {
  let courant = bals;
  const effets: Effet[] = [];
  for (const operation of operations) {
    const effet = effetDe(courant, operation, cible, dialecte);
    if (effet === undefined) continue;
    if ('kind' in effet) return effet;
    effets.push(effet);
    courant = appliquerEffets(courant, [effet]);
  }
  return { kind: 'applique', bals: courant, effets };
}

/** Undefined: nothing to do. */
function effetDe(
  bals: readonly BalPortee[],
  operation: Operation,
  cible: Cible,
  dialecte: Dialecte,
): Effet | Refus | undefined {
  switch (operation.kind) {
    case 'insert':
      return inserer(bals, operation, cible, dialecte);
    case 'replace':
      return remplacer(bals, operation, cible, dialecte);
    case 'delete':
      // FHIR R4, FHIRPath Patch: « delete: the content will be deleted (if found) ».
      return bals.some(({ adresse }) => adresse === operation.adresse)
        ? { k: 'delete', a: operation.adresse }
        : undefined;
  }
}

function inserer(
  bals: readonly BalPortee[],
  { index, valeur }: Operation & { kind: 'insert' },
  cible: Cible,
  dialecte: Dialecte,
): Effet | Refus {
  const lue = lireBal(valeur, cible, dialecte);
  if ('kind' in lue) return lue;
  if (isPortee(bals, lue.adresse)) return dejaPortee(lue.adresse);
  if (bals.length >= balsParPorteurMax) {
    return inapplicable(`${balsParPorteurMax} BAL au plus sur un porteur`);
  }
  if (index > bals.length) {
    return inapplicable(`index ${index} : telecom compte ${bals.length} éléments`);
  }
  const { structureNommee } = cible;
  return { k: 'insert', i: index, bal: { ...lue, isInitiale: false, structureNommee } };
}

function isPortee(bals: readonly BalPortee[], adresse: string): boolean {
  const cle = adresse.toLowerCase();
  return bals.some((bal) => bal.adresse.toLowerCase() === cle);
}

function lireBal(valeur: Valeur, cible: Cible, dialecte: Dialecte): BalLue | Refus {
  if (valeur.cle !== 'valueContactPoint') return malForme('part value : valueContactPoint attendu');
  const lue = lireContactPoint(valeur.valeur, dialecte);
  if (typeof lue === 'string') return malForme(lue);
  return fautesDe(lue, cible, dialecte) ?? lue;
}

function fautesDe(bal: BalLue, cible: Cible, dialecte: Dialecte): Refus | undefined {
  const { ressource } = cible;
  if (!cible.isIdentifie) {
    return inapplicable("Ce porteur n'a pas de RPPS : ses BAL ne peuvent qu'être supprimées");
  }
  if (!isTypePorte(ressource, bal.typeBal)) {
    return inapplicable(`Type ${bal.typeBal} : un ${ressource} porte ${typesPortes(ressource)}`);
  }
  const interdite = donneeInterdite(bal, dialecte);
  if (interdite === undefined) return undefined;
  return inapplicable(`Une BAL ${bal.typeBal} n'a pas de donnée « ${interdite} »`);
}

/** Data of each type: guide « spec-fonctionnelle-alimentation », swagger tables. */
function donneeInterdite(bal: BalLue, dialecte: Dialecte): string | undefined {
  const { typeBal } = bal;
  if (bal.service !== undefined && (typeBal === 'PER' || typeBal === 'CAB')) return 'service';
  if (bal.description !== undefined && typeBal === 'PER') return 'description';
  const isSans = typeBal === 'PER' || (typeBal === 'CAB' && !dialecte.isResponsableDeCab);
  return bal.responsable !== undefined && isSans ? 'responsible' : undefined;
}

function remplacer(
  bals: readonly BalPortee[],
  { chemin, valeur }: Operation & { kind: 'replace' },
  cible: Cible,
  dialecte: Dialecte,
): Effet | Refus {
  const bal = bals.find(({ adresse }) => adresse === chemin.adresse);
  // FHIR R4, FHIRPath Patch: « replace » needs its element; RFC 5789 gives 422 to what cannot be processed.
  if (!bal) return inapplicable(`Aucune BAL « ${chemin.adresse} » sur ce porteur`);
  const apres =
    chemin.kind === 'bal'
      ? lireBal(valeur, cible, dialecte)
      : modifier(bal, chemin, valeur, dialecte);
  if ('kind' in apres) return apres;
  const refus = fautesDe(apres, cible, dialecte) ?? fauteDeChangement(bals, bal, apres, dialecte);
  if (refus) return refus;
  const { structureNommee } = bal;
  return { k: 'replace', a: bal.adresse, bal: { ...apres, isInitiale: false, structureNommee } };
}

function fauteDeChangement(
  bals: readonly BalPortee[],
  avant: BalPortee,
  apres: BalLue,
  { isAdresseModifiable }: Dialecte,
): Refus | undefined {
  const isMemeAdresse = avant.adresse.toLowerCase() === apres.adresse.toLowerCase();
  if (!isAdresseModifiable && (!isMemeAdresse || avant.typeBal !== apres.typeBal)) {
    return inapplicable("L'adresse et le type d'une BAL ne sont pas modifiables");
  }
  return !isMemeAdresse && isPortee(bals, apres.adresse) ? dejaPortee(apres.adresse) : undefined;
}

function modifier(
  bal: BalPortee,
  chemin: Chemin & { kind: 'rang' | 'attribut' },
  { cle, valeur }: Valeur,
  dialecte: Dialecte,
): BalLue | Refus {
  if (chemin.kind === 'rang') {
    if (bal.rang === undefined) return absent('rank');
    if (cle !== 'valueInteger' && cle !== 'valuePositiveInt') return attendu('valueInteger');
    return isRang(valeur) ? { ...bal, rang: valeur } : attendu('un entier ≥ 1');
  }
  switch (chemin.attribut) {
    case 'type': {
      const lu = lireType({ [cle]: valeur }, dialecte);
      if (typeof lu === 'string') return malForme(lu);
      const forme = formeDe(lu.codage, bal.forme.hasEmailType, bal.forme.use);
      return { ...bal, typeBal: lu.typeBal, forme };
    }
    case 'listeRouge':
      if (bal.listeRouge === undefined) return absent('listeRouge');
      if (cle !== 'valueBoolean' || typeof valeur !== 'boolean') return attendu('valueBoolean');
      return { ...bal, listeRouge: valeur };
    case 'description':
    case 'service':
    case 'responsible': {
      const champ = chemin.attribut === 'responsible' ? 'responsable' : chemin.attribut;
      if (bal[champ] === undefined) return absent(chemin.attribut);
      if (cle !== 'valueString' || !isTexte(valeur)) return attendu('valueString');
      return { ...bal, [champ]: valeur };
    }
  }
}

/** The path gives no element: only the whole ContactPoint can be replaced. */
function absent(attribut: string): Refus {
  return inapplicable(
    `« ${attribut} » est absent de cette BAL : le chemin ne désigne rien, remplacez la BAL entière`,
  );
}

function attendu(quoi: string): Refus {
  return malForme(`part value : ${quoi} attendu`);
}
