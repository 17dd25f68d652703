// Which carrier a request speaks of: by logical id, or by a condition on identifiers.
import type { Annuaire } from './annuaire.js';
import type { CleSituation, Dialecte } from './dialecte.js';
import {
  cleProfessionnel,
  cleSituation,
  cleStructure,
  ressourceDe,
  rppsDe,
  structureDe,
  type ClePorteur,
  type Identifiants,
} from './porteur.js';
import { ambigu, introuvable, malForme, type Refus } from './refus.js';
import {
  systemeIdNatPs,
  systemeIdNatStruct,
  systemeRpps,
  systemeRppsRang,
  type Ressource,
} from './systemes.js';

export type PorteurTrouve = {
  readonly kind: 'porteur';
  readonly cle: ClePorteur;
  /** IdNatStruct by which the request named the structure. */
  readonly structureNommee: string | undefined;
};

export type Reperes = {
  readonly annuaire: Annuaire;
  readonly ids: Identifiants;
  /** idSituationExercice of PractitionerRole. */
  readonly situations: Identifiants;
  readonly dialecte: Dialecte;
};

export async function parId(
  ressource: Ressource,
  id: string,
  { annuaire, ids }: Reperes,
): Promise<PorteurTrouve | Refus> {
  const cle = ids.cleOf(id);
  if (cle !== undefined && ressourceDe(cle) === ressource && (await annuaire.existe(cle))) {
    return { kind: 'porteur', cle, structureNommee: undefined };
  }
  return introuvable(`${ressource}/${id.slice(0, 100)}`);
}

/** The one that the condition names (FHIR R4, conditional patch: none 404, several 412). */
export async function parCondition(
  ressource: Ressource,
  query: URLSearchParams,
  reperes: Reperes,
): Promise<PorteurTrouve | Refus> {
  const trouves = await parIdentifiants(ressource, query, reperes);
  if ('kind' in trouves) return trouves;
  const [seul, ...autres] = trouves;
  if (!seul) return introuvable(`${ressource}?${query.toString().slice(0, 300)}`);
  return autres.length === 0 ? seul : ambigu(`${trouves.length} correspondances`);
}

/** Parameters that name a carrier, and no other. */
export const parametresDeCondition: Readonly<Record<Ressource, readonly string[]>> = {
  Practitioner: ['identifier'],
  PractitionerRole: [
    'identifier',
    'practitionerRole.identifier',
    'practitioner.identifier',
    'organization.identifier',
  ],
  Organization: ['identifier'],
};

/** Of a read only: the references of a role, by logical id (read API v2). */
export const parametresDeReference = ['practitioner', 'organization'] as const;

/** The role between the two that are named, if it exists. */
export async function parReferences(
  query: URLSearchParams,
  { annuaire, ids }: Reperes,
): Promise<readonly PorteurTrouve[] | Refus> {
  const [praticien, organisation] = [
    /^(?:Practitioner\/)?([^/]+)$/u.exec(query.get('practitioner') ?? '')?.[1],
    /^(?:Organization\/)?([^/]+)$/u.exec(query.get('organization') ?? '')?.[1],
  ];
  if (query.size !== 2 || praticien === undefined || organisation === undefined) {
    return malForme('practitioner et organization attendus ensemble');
  }
  const rpps = rppsDe(ids.cleOf(praticien) ?? '');
  const structure = structureDe(ids.cleOf(organisation) ?? '');
  if (rpps === undefined || structure === undefined) return [];
  const cle = cleSituation(rpps, structure);
  return (await annuaire.existe(cle)) ? [porteur(cle)] : [];
}

/** All those that identifiers name and that exist. */
export async function parIdentifiants(
  ressource: Ressource,
  query: URLSearchParams,
  reperes: Reperes,
): Promise<readonly PorteurTrouve[] | Refus> {
  const connus = parametresDeCondition[ressource];
  const noms = [...query.keys()];
  const inconnu = noms.find((nom) => !connus.includes(nom));
  if (inconnu !== undefined) return malForme(`Paramètre inattendu : ${inconnu.slice(0, 100)}`);
  if (noms.length === 0) return malForme(`Condition attendue : ${connus.join(', ')}`);
  if (new Set(noms).size !== noms.length) return malForme('Paramètre en double');
  const candidats = await candidatsDe(ressource, query, reperes);
  if ('kind' in candidats) return candidats;
  const trouves: PorteurTrouve[] = [];
  for (const candidat of candidats) {
    if (await reperes.annuaire.existe(candidat.cle)) trouves.push(candidat);
  }
  return trouves;
}

async function candidatsDe(
  ressource: Ressource,
  query: URLSearchParams,
  reperes: Reperes,
): Promise<readonly PorteurTrouve[] | Refus> {
  switch (ressource) {
    case 'Practitioner': {
      const rpps = lireRpps(query.get('identifier'));
      return typeof rpps === 'object' ? rpps : [porteur(cleProfessionnel(rpps))];
    }
    case 'Organization': {
      const nom = lireStructure(query.get('identifier'), reperes.dialecte);
      if (typeof nom === 'object') return nom;
      const organisations = await reperes.annuaire.structures.find(nom);
      return organisations.map(({ cle }) => porteur(cleStructure(cle), nom));
    }
    case 'PractitionerRole':
      return candidatsSituation(query, reperes);
  }
}

async function candidatsSituation(
  query: URLSearchParams,
  { annuaire, situations, dialecte }: Reperes,
): Promise<readonly PorteurTrouve[] | Refus> {
  const praticien = query.get('practitioner.identifier');
  const structure = query.get('organization.identifier');
  const cle: CleSituation =
    praticien !== null || structure !== null
      ? 'praticien+structure'
      : query.has('identifier')
        ? 'identifier'
        : 'practitionerRole.identifier';
  if (!dialecte.clesSituation.includes(cle)) {
    return malForme(`Paramètres attendus par ce dialecte : ${dialecte.clesSituation.join(', ')}`);
  }
  if (cle !== 'praticien+structure') {
    if (query.size > 1) return malForme('Un seul identifiant attendu');
    const identifiant = lireIdentifiant(query.get(cle));
    if (identifiant?.system !== systemeRpps) {
      return malForme(`${systemeRpps}|idSituationExercice attendu`);
    }
    const trouvee = situations.cleOf(identifiant.value.slice(1));
    return trouvee?.startsWith('A:') ? [porteur(trouvee)] : [];
  }
  const rpps = lireRpps(praticien);
  const nom = lireStructure(structure, dialecte);
  if (query.size !== 2 || typeof rpps === 'object' || typeof nom === 'object') {
    return malForme('practitioner.identifier et organization.identifier attendus ensemble');
  }
  const organisations = await annuaire.structures.find(nom);
  return organisations.map((one) => porteur(cleSituation(rpps, one.cle), nom));
}

function porteur(cle: ClePorteur, structureNommee?: string): PorteurTrouve {
  return { kind: 'porteur', cle, structureNommee };
}

/** `system|value`, of which both are given. */
export function lireIdentifiant(
  texte: string | null,
): { system: string; value: string } | undefined {
  const [system, value, ...reste] = (texte ?? '').split('|');
  if (!system || !value || reste.length > 0 || value.length > 100) return undefined;
  return { system, value };
}

/** The RPPS; IdNatPS is `8` and the RPPS. */
export function lireRpps(texte: string | null): string | Refus {
  const identifiant = lireIdentifiant(texte);
  const value = identifiant?.value ?? '';
  if (identifiant?.system === systemeRpps) return /^\d{11}$/u.test(value) ? value : 'inconnu';
  if (identifiant?.system === systemeIdNatPs) {
    return /^8\d{11}$/u.test(value) ? value.slice(1) : 'inconnu';
  }
  return malForme(`Identifiant de professionnel attendu : ${systemeRpps}|… ou ${systemeIdNatPs}|…`);
}

/** The IdNatStruct of that identifier. */
export function lireStructure(texte: string | null, dialecte: Dialecte): string | Refus {
  const identifiant = lireIdentifiant(texte);
  const value = identifiant?.value.toUpperCase() ?? '';
  if (identifiant?.system === systemeIdNatStruct) return value;
  if (dialecte.finess.includes(identifiant?.system ?? '')) return `1${value}`;
  if (dialecte.sirene.includes(identifiant?.system ?? '')) {
    return value.length === 9 ? `2${value}` : `3${value}`;
  }
  if (dialecte.isRppsRangAccepted && identifiant?.system === systemeRppsRang) return `4${value}`;
  const systems = [...dialecte.finess, ...dialecte.sirene, systemeIdNatStruct];
  return malForme(`Identifiant de structure attendu : ${systems.join('|…, ')}|…`);
}
