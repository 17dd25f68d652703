// A BAL as FHIR writes it: ContactPoint with the ANS's extensions (swagger « MailboxMSS », profile as-mailbox-mss). What is
// read keeps the form it was written in, and is written back so.
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { BalPortee, FormeContact } from './bal-portee.js';
import { systemeDuCodage, type CodageType, type Dialecte } from './dialecte.js';
import { cleInconnue, isListeObjets, isObjet, type ObjetJson } from './json.js';
import { systemeR256, urlEmailType, urlMetadonnees } from './systemes.js';

/** Attributes of a BAL, as read; the carrier is not looked at yet. */
export type BalLue = Omit<BalPortee, 'isInitiale' | 'structureNommee'>;

const motifAdresse = /^[^@\s]+@([^@\s]+\.mssante\.fr|interop-mssante\.apicrypt\.org)$/u;
/** RFC 5321 section 4.5.3.1: no path is longer. */
const adresseCaracteresMax = 254;
export const texteCaracteresMax = 1_000;

export function isAdresseMssante(text: string): boolean {
  return text.length <= adresseCaracteresMax && motifAdresse.test(text);
}

/** A French sentence when it is not a BAL in one of the forms that the dialect accepts. */
export function lireContactPoint(value: unknown, dialecte: Dialecte): BalLue | string {
  if (!isObjet(value)) return 'valueContactPoint : objet attendu';
  const inconnue = cleInconnue(value, ['system', 'value', 'rank', 'use', 'extension']);
  if (inconnue !== undefined) return `ContactPoint.${inconnue} : élément inattendu`;
  const [adresse, rank, use, extension] = [
    value['value'],
    value['rank'],
    value['use'],
    value['extension'],
  ];
  if (value['system'] !== 'email') return 'ContactPoint.system : « email » attendu';
  if (typeof adresse !== 'string' || !isAdresseMssante(adresse)) {
    return 'ContactPoint.value : adresse MSSanté attendue';
  }
  if (rank !== undefined && !isRang(rank)) return 'ContactPoint.rank : entier ≥ 1 attendu';
  if (use !== undefined && !isUse(use)) return 'ContactPoint.use : code FHIR attendu';
  if (extension !== undefined && !isListeObjets(extension)) {
    return 'ContactPoint.extension : liste attendue';
  }
  const lues = lireExtensions(extension ?? [], dialecte);
  if (typeof lues === 'string') return lues;
  const { codage, hasEmailType, ...attributs } = lues;
  return { adresse, rang: rank, ...attributs, forme: formeDe(codage, hasEmailType, use) };
}

export function isRang(value: unknown): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 2_147_483_647
  );
}

function isUse(value: unknown): value is string {
  return ['home', 'work', 'temp', 'old', 'mobile'].some((use) => use === value);
}

type Attributs = Pick<BalLue, 'typeBal' | 'listeRouge' | 'description' | 'service' | 'responsable'>;
type Lues = Attributs & { readonly codage: CodageType; readonly hasEmailType: boolean };

function lireExtensions(extensions: readonly ObjetJson[], dialecte: Dialecte): Lues | string {
  let hasEmailType = false;
  let metadonnees: Omit<Lues, 'hasEmailType'> | undefined;
  for (const extension of extensions) {
    if (extension['url'] === urlEmailType && !hasEmailType) {
      if (!isCodage(extension['valueCoding'], systemeR256, 'MSSANTE')) {
        return 'emailType : TRE_R256#MSSANTE attendu';
      }
      hasEmailType = true;
    } else if (extension['url'] === urlMetadonnees && metadonnees === undefined) {
      const lues = lireMetadonnees(extension, dialecte);
      if (typeof lues === 'string') return lues;
      metadonnees = lues;
    } else {
      return `ContactPoint.extension : inattendue ou en double (${String(extension['url'])})`;
    }
  }
  if (metadonnees === undefined) return 'extension as-ext-mailbox-mss-metadata attendue';
  if (dialecte.emailType === 'exige' && !hasEmailType) {
    return 'extension emailType (1..1 dans le profil) attendue';
  }
  return { ...metadonnees, hasEmailType };
}

function lireMetadonnees(
  metadonnees: ObjetJson,
  dialecte: Dialecte,
): Omit<Lues, 'hasEmailType'> | string {
  const sous = metadonnees['extension'];
  if (!isListeObjets(sous)) return 'as-ext-mailbox-mss-metadata : sous-extensions attendues';
  const vues = new Map<string, ObjetJson>();
  for (const extension of sous) {
    const url = extension['url'];
    if (typeof url !== 'string' || vues.has(url)) return 'sous-extension sans url, ou en double';
    vues.set(url, extension);
  }
  const inconnue = [...vues.keys()].find((url) => !(url in cleDeValeur));
  if (inconnue !== undefined) return `sous-extension inconnue : ${inconnue}`;
  const type = lireType(vues.get('type'), dialecte);
  if (typeof type === 'string') return type;
  const listeRouge = vues.get('listeRouge')?.['valueBoolean'];
  if (vues.has('listeRouge') && typeof listeRouge !== 'boolean') {
    return 'listeRouge : valueBoolean attendu';
  }
  const textes: Record<string, string | undefined> = {};
  for (const url of ['description', 'service', 'responsible']) {
    const texte = vues.get(url)?.['valueString'];
    if (vues.has(url) && !isTexte(texte)) return `${url} : valueString attendu`;
    textes[url] = isTexte(texte) ? texte : undefined;
  }
  return {
    ...type,
    listeRouge: typeof listeRouge === 'boolean' ? listeRouge : undefined,
    description: textes['description'],
    service: textes['service'],
    responsable: textes['responsible'],
  };
}

const cleDeValeur: Readonly<Record<string, true>> = {
  type: true,
  listeRouge: true,
  description: true,
  service: true,
  responsible: true,
};

/** FHIR strings are never empty. */
export function isTexte(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= texteCaracteresMax;
}

/** The forms seen: a CodeableConcept of one coding, or a code. */
export function lireType(
  extension: ObjetJson | undefined,
  { codagesType }: Dialecte,
): { typeBal: TypeBal; codage: CodageType } | string {
  if (extension === undefined) return 'sous-extension type attendue';
  const code = extension['valueCode'];
  if (typeof code === 'string' && isTypeBal(code) && codagesType.includes('code')) {
    return { typeBal: code, codage: 'code' };
  }
  const concept = extension['valueCodeableConcept'];
  const codings = isObjet(concept) ? concept['coding'] : undefined;
  const coding = isListeObjets(codings) && codings.length === 1 ? codings[0] : undefined;
  const lu = coding?.['code'];
  const codage = codagesType.find(
    (known) => known !== 'code' && coding?.['system'] === systemeDuCodage(known),
  );
  if (typeof lu === 'string' && isTypeBal(lu) && codage) return { typeBal: lu, codage };
  return `type : PER, ORG, APP ou CAB attendu, codé comme le veut ce dialecte (${codagesType.join(', ')})`;
}

function isCodage(value: unknown, system: string, code: string): boolean {
  return isObjet(value) && value['system'] === system && value['code'] === code;
}

const formes = new Map<string, FormeContact>();

/** One object for all the BAL written alike: there are few forms and many BAL. */
export function formeDe(codage: CodageType, hasEmailType: boolean, use?: string): FormeContact {
  const cle = `${codage} ${hasEmailType} ${use ?? ''}`;
  let forme = formes.get(cle);
  if (!forme) formes.set(cle, (forme = { codage, hasEmailType, use }));
  return forme;
}

/** What a reader must not see (open-data profiles as-dp-*). */
export type Masque = { readonly listeRouge: boolean; readonly responsable: boolean };

export const rienDeMasque: Masque = { listeRouge: false, responsable: false };

export function ecrireContactPoint(bal: BalPortee | BalLue, masque: Masque): object {
  const { forme } = bal;
  const extension: object[] = [];
  if (forme.hasEmailType) {
    extension.push({
      url: urlEmailType,
      valueCoding: { system: systemeR256, code: 'MSSANTE' },
    });
  }
  extension.push({ url: urlMetadonnees, extension: sousExtensions(bal, masque) });
  return {
    extension,
    system: 'email',
    value: bal.adresse,
    ...(forme.use !== undefined && { use: forme.use }),
    ...(bal.rang !== undefined && { rank: bal.rang }),
  };
}

function sousExtensions(bal: BalPortee | BalLue, masque: Masque): object[] {
  const sous: object[] = [{ url: 'type', ...ecrireType(bal) }];
  if (bal.listeRouge !== undefined && !masque.listeRouge) {
    sous.push({ url: 'listeRouge', valueBoolean: bal.listeRouge });
  }
  const texte = (url: string, valueString: string | undefined): void => {
    if (valueString !== undefined) sous.push({ url, valueString });
  };
  texte('description', bal.description);
  texte('service', bal.service);
  if (!masque.responsable) texte('responsible', bal.responsable);
  return sous;
}

function ecrireType({ typeBal, forme }: BalPortee | BalLue): object {
  if (forme.codage === 'code') return { valueCode: typeBal };
  const coding = [{ system: systemeDuCodage(forme.codage), code: typeBal }];
  return { valueCodeableConcept: { coding } };
}
