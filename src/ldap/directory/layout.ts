// The tree as settings describe it: where, which classes, which fields in which attributes.
import { typesBal, type TypeBal } from '../../domain/bal-operateur.js';
import { parseDn } from '../dn/dn.js';
import {
  findAttributeType,
  findObjectClass,
  findSyntaxOid,
  listSuperclasses,
} from '../schema/definitions.js';
import type { ObjectClass } from '../schema/description.js';
import { prepareValue } from '../schema/prepare.js';
import { findSyntax, type Syntax } from '../schema/syntaxes.js';
import { findBalField, listBalFields } from './bal-fields.js';

export type Layout = {
  /** RFC 4514. */
  readonly baseDn: string;
  /** Attribute that names entries; it holds the address and nothing else. */
  readonly rdn: string;
  /** Object classes of entries, superclasses left out. */
  readonly classes: Readonly<Record<TypeBal, readonly string[]>>;
  /**
   * Fields of each attribute in the order of its values; attributes in the order in which entries show them. `a|b` is b where a
   * is empty.
   */
  readonly attributs: Readonly<Record<string, readonly string[]>>;
  readonly isAccentInsensitive: boolean;
};

/** The base is the one that circulates for the national directory: no public source confirms it. */
export const defaultLayout: Layout = {
  baseDn: 'ou=bal,o=mssante,c=fr',
  rdn: 'mail',
  classes: {
    PER: ['inetOrgPerson', 'boiteLettreMss'],
    CAB: ['inetOrgPerson', 'boiteLettreMss'],
    ORG: ['organizationalRole', 'boiteLettreMss'],
    APP: ['organizationalRole', 'boiteLettreMss'],
  },
  attributs: {
    mail: ['adresse'],
    cn: ['nomComplet|intitule', 'nomInverse|intituleInverse'],
    sn: ['nomExercice'],
    givenName: ['prenomExercice'],
    displayName: ['nomComplet|intitule'],
    title: ['libelleProfession'],
    description: ['libelleSavoirFaire'],
    o: ['raisonSociale', 'enseigneCommerciale'],
    ou: ['serviceRattachement'],
    street: ['rue'],
    postalCode: ['codePostal'],
    l: ['ville'],
    st: ['departement'],
    postalAddress: ['adressePostale'],
    typeBal: ['typeBal'],
    rpps: ['rpps'],
    adeli: ['adeli'],
    idNatPs: ['idNatPs'],
    finess: ['finess'],
    siret: ['siret'],
    idNatStruct: ['idNatStruct'],
    codeProfession: ['codeProfession'],
    codeSavoirFaire: ['codeSavoirFaire'],
    dematerialisation: ['dematerialisation'],
  },
  isAccentInsensitive: true,
};

/** Attributes that settings may fill: 31 in all, less objectClass and the two operational ones. */
const attributesMax = 28;
const fieldsPerAttributeMax = 8;

/** What is wrong with it, in French, each with its path under `ldap.annuaire` (empty = nothing). */
export function findLayoutFaults(layout: Layout): string[] {
  return [
    ...baseFaults(layout.baseDn),
    ...attributesFaults(layout),
    ...typesBal.flatMap((type) => classesFaults(layout, type)),
    ...rdnFaults(layout),
  ];
}

const baseTypes = ['ou', 'o', 'c', 'l', 'dc', 'cn'];

function baseFaults(baseDn: string): string[] {
  const dn = parseDn(baseDn);
  if (!dn || dn.length === 0 || prepareValue('distinguishedName', baseDn) === undefined) {
    return [`baseDn : « ${baseDn} » n'est pas un DN (exemple : ou=bal,o=mssante,c=fr)`];
  }
  const [first] = dn;
  const type = first?.length === 1 ? findAttributeType(first[0]?.type ?? '')?.names[0] : undefined;
  if (type !== undefined && baseTypes.includes(type)) return [];
  return [
    `baseDn : doit commencer par un seul de ${baseTypes.map((name) => `${name}=`).join(', ')}`,
  ];
}

function attributesFaults({ attributs, classes }: Layout): string[] {
  const names = Object.keys(attributs);
  const faults = names.flatMap((name) => attributeFaults(name, attributs[name] ?? []));
  if (names.length > attributesMax) {
    faults.push(`attributs : ${names.length} attributs, ${attributesMax} au plus ; retirez-en`);
  }
  const canonical = names.map((name) => findAttributeType(name)?.names[0]);
  canonical.forEach((name, place) => {
    if (name === undefined) return;
    if (canonical.indexOf(name) < place) {
      faults.push(`attributs.${names[place] ?? ''} : cet attribut est déjà donné`);
    } else if (typesBal.every((type) => !isAllowed(classes[type], name))) {
      faults.push(
        `attributs.${name} : aucune des classes choisies ne permet cet attribut ; retirez-le ou ajoutez une classe qui le permet`,
      );
    }
  });
  return faults;
}

function attributeFaults(name: string, specs: readonly string[]): string[] {
  const path = `attributs.${name}`;
  const type = findAttributeType(name);
  if (!type) return [`${path} : attribut inconnu ; docs/ldap.md donne la liste`];
  if (type.isOperational || type.names[0] === 'objectClass') {
    return [`${path} : cet attribut est rempli par le serveur, retirez-le`];
  }
  const faults: string[] = [];
  if (findAccept(name) === undefined) {
    faults.push(
      `${path} : la syntaxe de cet attribut n'est pas du texte, il ne peut pas être rempli`,
    );
  }
  if (specs.length === 0 || specs.length > fieldsPerAttributeMax) {
    faults.push(`${path} : de 1 à ${fieldsPerAttributeMax} champs attendus`);
  }
  for (const field of specs.flatMap(listAlternatives)) {
    if (findBalField(field)) continue;
    faults.push(`${path} : champ inconnu « ${field} » (champs : ${listBalFields().join(', ')})`);
  }
  return faults;
}

/** `a|b` is a, then b. */
export function listAlternatives(spec: string): string[] {
  return spec.split('|').map((field) => field.trim());
}

function classesFaults({ classes, attributs }: Layout, type: TypeBal): string[] {
  const path = `classes.${type}`;
  const unknown = classes[type].filter((name) => !findObjectClass(name));
  if (unknown.length > 0) return [`${path} : classe inconnue « ${unknown.join(' », « ')} »`];
  const named = classes[type].flatMap((name) => findObjectClass(name) ?? []);
  if (named.filter(({ kind }) => kind === 'STRUCTURAL').length !== 1) {
    return [`${path} : il faut une classe structurelle et une seule (par exemple inetOrgPerson)`];
  }
  const filled = Object.keys(attributs).map((name) => findAttributeType(name)?.names[0]);
  return listRequired(classes[type]).flatMap((name) => {
    if (!filled.includes(name)) {
      return [`${path} : la classe exige « ${name} », que attributs ne remplit pas`];
    }
    // What is put there when every field is empty: the left side of the address.
    if (findAccept(name)?.('jean.exemple') !== undefined) return [];
    return [`${path} : la classe exige « ${name} », qui ne pourrait pas toujours être rempli`];
  });
}

function findAccept(name: string): Syntax['accept'] {
  const type = findAttributeType(name);
  return type && findSyntax(findSyntaxOid(type) ?? '')?.accept;
}

function rdnFaults({ rdn, attributs, classes }: Layout): string[] {
  const name = findAttributeType(rdn)?.names[0];
  const key = Object.keys(attributs).find((key) => findAttributeType(key)?.names[0] === name);
  const specs = key === undefined ? undefined : attributs[key];
  if (name === undefined || specs?.length !== 1 || specs[0] !== 'adresse') {
    return [
      `rdn : « ${rdn} » doit être un attribut rempli par le seul champ adresse, pour que chaque DN soit unique`,
    ];
  }
  return typesBal
    .filter((type) => !isAllowed(classes[type], name))
    .map((type) => `rdn : « ${rdn} » n'est pas permis par les classes de ${type}`);
}

/** Whether entries of these classes may hold an attribute (canonical name). */
export function isAllowed(classes: readonly string[], attribute: string): boolean {
  return expandClasses(classes).some(
    ({ names, must, may }) =>
      names[0] === 'extensibleObject' ||
      [...must, ...may].some((name) => findAttributeType(name)?.names[0] === attribute),
  );
}

/** Canonical names of what these classes require, objectClass excepted: that one is ours. */
export function listRequired(classes: readonly string[]): string[] {
  const names = expandClasses(classes).flatMap(({ must }) =>
    must.map((name) => findAttributeType(name)?.names[0] ?? name),
  );
  return [...new Set(names)].filter((name) => name !== 'objectClass');
}

/** With their superclasses, `top` first, each once. */
export function expandClasses(classes: readonly string[]): ObjectClass[] {
  return [...new Set(classes.flatMap(listSuperclasses))];
}
