// Structures of the invented country: EJ with their EG, and libéral cabinets. Each is a pure function of its number.
import { communeOfRank, hospitalKinds, type Country } from './country.js';
import { digits, egPerEjMax, finess, rppsRang, siren, siret } from './identifiers.js';
import { departements, shortCommunes, typesVoie, voies, type TypeVoie } from './places.js';
import type { QuirkName } from './quirks.js';
import { draw, happens, pick, stream, type Stream } from './random.js';

/** Where somebody practises. An EJ alone: the line names no site. */
export type Place =
  | { readonly kind: 'eg'; readonly ej: number; readonly eg: number }
  | { readonly kind: 'ej'; readonly ej: number }
  | {
      readonly kind: 'cabinet';
      readonly cabinet: number;
      /** A second site of the same company. */
      readonly site?: number;
    };

export type Structure = {
  readonly siret: string;
  readonly siren: string;
  readonly finessSite: string;
  readonly finessEj: string;
  readonly identifiantTechnique: string;
  readonly ancienIdentifiant: string;
  readonly raisonSociale: string;
  readonly enseigne: string;
  readonly adresse: Adresse;
  readonly telephone: string;
  readonly telecopie: string;
  readonly courriel: string;
  readonly autorite: string;
  readonly secteur: 'hopital' | 'clinique' | 'pharmacie' | 'societe' | 'cabinetIndividuel';
  readonly quirks: readonly QuirkName[];
};

export type Adresse = {
  readonly complementDestinataire: string;
  readonly complementPoint: string;
  readonly numeroVoie: string;
  readonly indice: string;
  readonly typeVoie: TypeVoie;
  readonly voie: string;
  readonly mention: string;
  readonly cedex: string;
  readonly codePostal: string;
  readonly codeCommune: string;
  readonly commune: string;
  readonly departement: { readonly code: string; readonly libelle: string };
};

export type Structures = {
  readonly egCount: (ej: number) => number;
  readonly of: (place: Place) => Structure;
};

/** EJ and cabinets from these numbers on belong to the planted cases. */
export const plantedEjFirst = 150_000;
export const plantedCabinetFirst = 900_000;

/** Neighbouring lines name the same few structures; a whole country of them would fill the memory. */
const keptMax = 4_096;

export function createStructures(country: Country): Structures {
  const streams = structureStreams(country.seed);
  const kept: { readonly key: number; readonly structure: Structure }[] = [];
  const of = (place: Place): Structure => {
    if (place.kind === 'cabinet') return makeCabinet(country, streams, place.cabinet, place.site);
    const eg = place.kind === 'eg' ? place.eg : 0;
    const key = finessKey(place.ej, eg);
    const last = kept[key % keptMax];
    if (last?.key === key) return last.structure;
    const structure = makeFiness(country, streams, place.ej, eg);
    kept[key % keptMax] = { key, structure };
    return structure;
  };
  return { egCount: (ej) => egCountOf(country, streams, ej), of };
}

/** One number per FINESS structure. */
export function finessKey(ej: number, eg: number): number {
  return ej * (egPerEjMax + 1) + eg;
}

/** Two cabinets in five are companies with a SIRET; the others only have a technical number. */
function hasSiret(cabinet: number): boolean {
  return cabinet % 5 < 2;
}

/** IdNatStruct (TRE_G07 digit + identifier) of a place, as a BAL's attachment names it. */
export function idNatStructOf(place: Place): string {
  switch (place.kind) {
    case 'eg':
      return `1${finess(place.ej, place.eg)}`;
    case 'ej':
      return `1${finess(place.ej, 0)}`;
    case 'cabinet':
      return hasSiret(place.cabinet)
        ? `3${cabinetSiret(place.cabinet, place.site)}`
        : `4${rppsRang(place.cabinet)}`;
  }
}

/** SIRET of an EG as the FINESS file gives it. */
export function egSiret(ej: number, eg: number): string {
  return siret(siren('ej', ej), eg);
}

function cabinetSiret(cabinet: number, site = 0): string {
  return siret(siren('cabinet', cabinet), site);
}

type StructureStreams = ReturnType<typeof structureStreams>;

function structureStreams(seed: number) {
  const of = (name: string): Stream => stream(seed, `structure.${name}`);
  return {
    egCount: of('egCount'),
    adresse: of('adresse'),
    adresse2: of('adresse2'),
    nom: of('nom'),
    guillemet: of('guillemet'),
    codePostal: of('codePostal'),
    codeCommune: of('codeCommune'),
    numeroVoie: of('numeroVoie'),
  };
}

function egCountOf(country: Country, streams: StructureStreams, ej: number): number {
  if (ej >= plantedEjFirst) return 3;
  const drawn = draw(streams.egCount, ej);
  const domaine = country.domaines[ej];
  if (domaine?.kind === 'hopital') {
    if (domaine.isOperateur) return 3 + (drawn % 5);
    return domaine.size > 100 ? 2 + (drawn % 9) : 1 + (drawn % 3);
  }
  return [1, 1, 1, 1, 1, 2, 2, 3, 4, 9][drawn % 10] ?? 1;
}

const natures = [
  { nom: 'CLINIQUE', secteur: 'clinique' },
  { nom: 'PHARMACIE', secteur: 'pharmacie' },
  { nom: 'EHPAD', secteur: 'clinique' },
  { nom: 'CENTRE DE SANTE', secteur: 'clinique' },
  { nom: 'LABORATOIRE DE BIOLOGIE MEDICALE', secteur: 'clinique' },
  { nom: 'MAISON DE SANTE PLURIPROFESSIONNELLE', secteur: 'clinique' },
] as const;
function hospitalOf(ej: number) {
  return {
    nom: hospitalKinds[(ej * 5) % 8]?.nom ?? 'CENTRE HOSPITALIER',
    secteur: 'hopital',
  } as const;
}

const sites = [
  'SITE PRINCIPAL',
  'HOPITAL NORD',
  'HOPITAL SUD',
  'MAISON DE RETRAITE',
  'CONSULTATIONS',
  'USLD',
];

function makeFiness(
  country: Country,
  streams: StructureStreams,
  ej: number,
  eg: number,
): Structure {
  const key = finessKey(ej, eg);
  const isHospital = country.domaines[ej]?.kind === 'hopital' || ej >= plantedEjFirst;
  const nature = isHospital ? hospitalOf(ej) : pick(natures, draw(streams.nom, ej));
  const commune = (
    isHospital ? communeOfRank(ej) : pick(shortCommunes, draw(streams.adresse, ej))
  ).toUpperCase();
  const quoted = happens(streams.guillemet, key, country.quirks.guillemet);
  const site = eg > 1 ? ` - ${sites[eg % sites.length] ?? 'ANNEXE'}` : '';
  const number = finess(ej, eg);
  const adresse = makeAdresse(country, streams, key, departements[ej % departements.length]);
  // Half of the establishments carry their SIRET in the activity file.
  const legal = ej % 2 === 0 && eg > 0;
  const quirks: QuirkName[] = [...adresse.quirks];
  if (quoted) quirks.push('guillemet');
  if (/[AB]/.test(number)) quirks.push('finessCorse');
  return {
    siret: legal ? egSiret(ej, eg) : '',
    siren: legal ? siren('ej', ej) : '',
    finessSite: eg > 0 ? number : '',
    finessEj: finess(ej, 0),
    identifiantTechnique: `F${number}`,
    ancienIdentifiant: `1${number}`,
    raisonSociale: `${nature.nom} ${quoted ? `"${commune}"` : commune}${site}`,
    enseigne: eg > 0 && ej % 6 === 0 ? `${nature.nom} ${commune}` : '',
    adresse: adresse.adresse,
    ...contactOf(draw(streams.adresse2, key), ej % 4 === 0),
    autorite: 'ARS/ARS/ARS',
    secteur: nature.secteur,
    quirks,
  };
}

function makeCabinet(
  country: Country,
  streams: StructureStreams,
  cabinet: number,
  site = 0,
): Structure {
  // Numbers below 0 would meet those of the FINESS structures: start far above them.
  const key = cabinet + 100_000_000;
  const drawn = draw(streams.nom, key);
  const isCompany = hasSiret(cabinet);
  const departement = departements[cabinet % departements.length];
  const adresse = makeAdresse(country, streams, key, departement);
  const quoted = happens(streams.guillemet, key, country.quirks.guillemet);
  const label = isCompany ? 'SELARL CABINET' : 'CABINET';
  const commune = pick(shortCommunes, drawn).toUpperCase();
  const technical = isCompany ? cabinetSiret(cabinet, site) : rppsRang(cabinet);
  return {
    siret: isCompany ? technical : '',
    siren: isCompany ? siren('cabinet', cabinet) : '',
    finessSite: '',
    finessEj: '',
    identifiantTechnique: `${isCompany ? 'C' : 'R'}${technical}`,
    ancienIdentifiant: `${isCompany ? '3' : '4'}${technical}`,
    raisonSociale: quoted ? `${label} "LE ${commune}` : `${label} ${commune} ${(drawn % 89) + 1}`,
    enseigne: '',
    adresse: adresse.adresse,
    ...contactOf(draw(streams.adresse2, key), false),
    autorite: isCompany ? 'CNOM/CNOM/CNOM' : 'CNOM/CNOM/Variable',
    secteur: isCompany ? 'societe' : 'cabinetIndividuel',
    quirks: [
      ...adresse.quirks,
      isCompany ? 'siretSeul' : 'cabinetRang',
      ...(quoted ? (['guillemet'] as const) : []),
    ],
  };
}

function contactOf(drawn: number, hasMail: boolean) {
  // 01 99 00 xx xx is set aside for fiction (ARCEP, decision 2018-0881).
  const telephone = `019900${digits(drawn % 10_000, 4)}`;
  const telecopie = drawn % 3 === 0 ? `019900${digits((drawn >>> 8) % 10_000, 4)}` : '';
  return { telephone, telecopie, courriel: hasMail ? `contact@site${drawn % 997}.example` : '' };
}

function makeAdresse(
  country: Country,
  streams: StructureStreams,
  key: number,
  departement: { readonly code: string; readonly libelle: string } | undefined,
): { adresse: Adresse; quirks: QuirkName[] } {
  if (!departement) throw new Error('a structure without département');
  const { quirks: rates } = country;
  const a = draw(streams.adresse, key);
  const b = draw(streams.adresse2, key);
  const oddPostal = happens(streams.codePostal, key, rates.codePostalNonNumerique);
  const noCommune = happens(streams.codeCommune, key, rates.codeCommuneVide);
  const oddNumber = happens(streams.numeroVoie, key, rates.numeroVoieNonNumerique);
  const commune = pick(shortCommunes, a >>> 4).toUpperCase();
  const postalHead =
    departement.code.startsWith('2A') || departement.code === '2B' ? '20' : departement.code;
  const codePostal = `${postalHead}${digits((b % 98) * 10, 3)}`;
  const quirks: QuirkName[] = [];
  if (oddPostal) quirks.push('codePostalNonNumerique');
  if (noCommune) quirks.push('codeCommuneVide');
  if (oddNumber) quirks.push('numeroVoieNonNumerique');
  return {
    quirks,
    adresse: {
      complementDestinataire: a % 5 === 0 ? `BATIMENT ${(b % 20) + 1}` : '',
      complementPoint: a % 9 === 0 ? 'RESIDENCE LES TERRASSES' : '',
      numeroVoie: oddNumber ? pick(['12 BIS', 'LOT 4', '3-5', 'KM 7'], b) : String((a % 190) + 1),
      indice: a % 11 === 0 ? 'B' : '',
      typeVoie: pick(typesVoie, b >>> 6),
      voie: pick(voies, b >>> 11),
      mention: a % 8 === 0 ? `BP ${(b % 900) + 10}` : '',
      cedex: `${codePostal} ${commune}${a % 8 === 0 ? ' CEDEX' : ''}`,
      codePostal: oddPostal ? pick(['MC 98000', 'B-1000', '2A004', 'INCONNU'], a) : codePostal,
      codeCommune: noCommune ? '' : `${departement.code}${digits((a % 400) + 1, 3)}`,
      commune,
      departement,
    },
  };
}
