// Carriers as FHIR resources: what the PATCH answers (everything), what the open read API shows (less).
import type { BalPortee } from './bal-portee.js';
import type { Reperes } from './cible.js';
import { ecrireContactPoint, rienDeMasque, type Masque } from './contact-point.js';
import {
  cleProfessionnel,
  cleStructure,
  ressourceDe,
  rppsDe,
  structureDe,
  type ClePorteur,
} from './porteur.js';
import {
  systemeIdNatPs,
  systemeIdNatStruct,
  systemeRpps,
  systemeRppsRang,
  type Ressource,
} from './systemes.js';

type Identifiant = { readonly system: string; readonly value: string };

export type Fhir = Readonly<Record<string, unknown>> & {
  readonly resourceType: Ressource;
  readonly id: string;
};

/** Test data, as FHIR marks it; every resource bears it. */
const etiquetteSimulation = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: 'HTEST',
  display: 'Simulation : données de test',
};

/** Open-data profiles (IGA as-dp-*): `listeRouge` is hidden on Practitioner only, `responsible` everywhere. */
function masqueDe(ressource: Ressource): Masque {
  return { listeRouge: ressource === 'Practitioner', responsable: true };
}

/** What the open read API lets anybody see. */
export function balsVisibles(bals: readonly BalPortee[]): readonly BalPortee[] {
  return bals.filter(({ listeRouge }) => listeRouge !== true);
}

/** With all that is carried: the answer to whoever feeds. */
export function ecrireEntiere(
  cle: ClePorteur,
  bals: readonly BalPortee[],
  reperes: Reperes,
  le: string | undefined,
): Fhir {
  return ecrire(cle, bals, rienDeMasque, reperes, le);
}

export function ecrireOuverte(
  cle: ClePorteur,
  bals: readonly BalPortee[],
  reperes: Reperes,
  le: string | undefined,
): Fhir {
  return ecrire(cle, balsVisibles(bals), masqueDe(ressourceDe(cle)), reperes, le);
}

function ecrire(
  cle: ClePorteur,
  bals: readonly BalPortee[],
  masque: Masque,
  reperes: Reperes,
  le: string | undefined,
): Fhir {
  const identifier = identifiants(cle, reperes).map((one) => ({ use: 'official', ...one }));
  return {
    resourceType: ressourceDe(cle),
    id: reperes.ids.of(cle),
    meta: { ...(le !== undefined && { lastUpdated: le }), tag: [etiquetteSimulation] },
    ...(identifier.length > 0 && { identifier }),
    active: true,
    ...references(cle, reperes),
    ...(bals.length > 0 && { telecom: bals.map((bal) => ecrireContactPoint(bal, masque)) }),
  };
}

function identifiants(cle: ClePorteur, reperes: Reperes): readonly Identifiant[] {
  const rpps = rppsDe(cle);
  if (cle.startsWith('P:') && rpps !== undefined) {
    return [
      { system: systemeIdNatPs, value: `8${rpps}` },
      { system: systemeRpps, value: rpps },
    ];
  }
  if (cle.startsWith('A:')) {
    // The same system as RPPS: so are the ANS's own examples.
    return [{ system: systemeRpps, value: `F${reperes.situations.of(cle)}` }];
  }
  const structure = structureDe(cle);
  return structure === undefined ? [] : identifiantsDeStructure(structure, reperes);
}

function identifiantsDeStructure(
  structure: string,
  { annuaire, dialecte }: Reperes,
): readonly Identifiant[] {
  const connue = annuaire.structures.vue(structure);
  const { finess, sirene } = dialecte.affiche;
  const lus: readonly (readonly [system: string, value: string | undefined])[] = [
    [systemeIdNatStruct, structure],
    [finess, connue?.finess],
    [sirene, connue?.siret],
    [sirene, connue?.siren],
    [systemeRppsRang, connue?.rppsRang],
  ];
  return lus.flatMap(([system, value]) => (value === undefined ? [] : [{ system, value }]));
}

function references(cle: ClePorteur, { ids }: Reperes): object {
  const rpps = rppsDe(cle);
  const structure = structureDe(cle);
  if (!cle.startsWith('A:') || rpps === undefined || structure === undefined) return {};
  return {
    practitioner: { reference: `Practitioner/${ids.of(cleProfessionnel(rpps))}` },
    organization: { reference: `Organization/${ids.of(cleStructure(structure))}` },
  };
}

/** `_elements`: only those, with what is mandatory and the mark of an incomplete resource. */
export function restreindre(fhir: Fhir, elements: readonly string[]): Fhir {
  const gardes = new Set(['resourceType', 'id', 'meta', ...elements]);
  const restreinte = Object.fromEntries(Object.entries(fhir).filter(([nom]) => gardes.has(nom)));
  const tag = [
    etiquetteSimulation,
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
  ];
  const meta = typeof fhir['meta'] === 'object' ? { ...fhir['meta'], tag } : { tag };
  return { ...restreinte, resourceType: fhir.resourceType, id: fhir.id, meta };
}
