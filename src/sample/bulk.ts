// The ordinary BAL of the country. Those of our opérateur are clean by construction: holder known, practising in the
// structure, published as inventoried, used lately; every anomaly of his is planted (cases-*.ts). Those of the other
// opérateurs show the oddities of the real file.
import { rattachementTo, titulaireOf, type Bal, type Hebergement, type TypeBal } from './bal.js';
import { domaineOfBal, type Country, type Domaine } from './country.js';
import { birthRate, births, createEvolution } from './evolution.js';
import { createHebergements } from './hebergement.js';
import { adeli } from './identifiers.js';
import { services } from './nomenclatures.js';
import type { People } from './people.js';
import { slug } from './places.js';
import { draw, happens, pick, stream, type Stream } from './random.js';
import type { Place, Structures } from './structures.js';

/** One ordinary BAL of the country; `person` is also its number. */
export type Slot = {
  readonly domaine: Domaine;
  /** Unique in the domain. */
  readonly local: number;
  readonly person: number;
  readonly bornOn: number;
};

export type Bulk = {
  /** The BAL of the day, domain by domain, then those born since day 1. */
  readonly slots: () => Generator<Slot>;
  readonly slotsOf: (domaine: Domaine) => Generator<Slot>;
  readonly newSlots: () => Generator<Slot>;
  readonly balOf: (slot: Slot) => Bal;
  /** As published: an address may have capitals. */
  readonly publishedAdresse: (slot: Slot, bal: Bal) => string;
  readonly hebergementOf: (slot: Slot, bal: Bal) => Hebergement;
  /** Where the holder must practise for the BAL to be clean; undefined when there is no link. */
  readonly holderPlaces: (slot: Slot) => readonly Place[] | undefined;
};

export function createBulk(country: Country, structures: Structures, people: People): Bulk {
  const streams = bulkStreams(country.seed);
  const evolution = createEvolution(country, 'bal');
  const hebergements = createHebergements(country);
  const isAlive = (slot: Slot) =>
    // A declared domain that emptied itself would be a constat nobody planted.
    (slot.domaine.isOperateur && slot.local < 2) || evolution.isAlive(slot.person, slot.bornOn);

  function* slotsOf(domaine: Domaine): Generator<Slot> {
    for (let local = 0; local < domaine.size; local += 1) {
      const slot: Slot = { domaine, local, person: domaine.start + local, bornOn: 1 };
      if (isAlive(slot)) yield slot;
    }
  }
  function* newSlots(): Generator<Slot> {
    for (const { birth, bornOn, rankOfDay } of births(country, balBirthsPerDay(country))) {
      const near = domaineOfBal(country, draw(streams.naissance, birth) % country.balCount);
      const slot: Slot = {
        domaine: near,
        local: near.size + birth,
        person: newPerson(country, bornOn, rankOfDay),
        bornOn,
      };
      if (isAlive(slot)) yield slot;
    }
  }
  const planOf = (slot: Slot) => makePlan(country, streams, structures, slot);
  return {
    *slots() {
      for (const domaine of country.domaines) yield* slotsOf(domaine);
      yield* newSlots();
    },
    slotsOf,
    newSlots,
    balOf: (slot) => makeBal(streams, people, slot, planOf(slot), evolution.version(slot.person)),
    publishedAdresse: (slot, bal) =>
      happens(streams.capitales, slot.person, country.quirks.adresseEnCapitales)
        ? withCapitals(bal.adresse)
        : bal.adresse,
    hebergementOf: (slot, bal) => hebergements(slot, bal),
    holderPlaces: (slot) => {
      const plan = planOf(slot);
      return plan.typeBal === 'PER' ? plan.places : undefined;
    },
  };
}

/** People born after day 1, `personBirthsPerDay` a day; the first of each day get the new BAL. */
export function newPerson(country: Country, bornOn: number, rankOfDay: number): number {
  return country.personCount + (bornOn - 2) * personBirthsPerDay(country) + rankOfDay;
}

export function personBirthsPerDay(country: Country): number {
  return Math.max(1, Math.round(country.personCount * 1.375 * birthRate));
}

function balBirthsPerDay(country: Country): number {
  return Math.max(1, Math.round(country.balCount * birthRate));
}

function bulkStreams(seed: number) {
  const of = (name: string): Stream => stream(seed, `bal.${name}`);
  return {
    naissance: of('naissance'),
    type: of('type'),
    rattachement: of('rattachement'),
    eg: of('eg'),
    plusieurs: of('plusieurs'),
    anomalie: of('anomalie'),
    ailleurs: of('ailleurs'),
    service: of('service'),
    dematerialisation: of('dematerialisation'),
    capitales: of('capitales'),
  };
}

type Plan = {
  readonly typeBal: TypeBal;
  readonly titulaire: 'rpps' | 'adeli' | 'type10' | 'aucun';
  readonly rattachements: readonly Place[];
  readonly places: readonly Place[];
};

function makePlan(
  country: Country,
  streams: ReturnType<typeof bulkStreams>,
  structures: Structures,
  slot: Slot,
): Plan {
  const { domaine, person } = slot;
  const orgShare = domaine.kind === 'hopital' ? 0.22 : 0.02;
  const isOrg = happens(streams.type, person, orgShare);
  const plan = isOrg
    ? orgPlan(streams, structures, slot)
    : domaine.kind === 'hopital'
      ? hospitalPlan(country, streams, structures, slot)
      : liberalPlan(country, streams, person);
  return domaine.isOperateur || isOrg ? plan : withOddity(country, streams, slot, plan);
}

function orgPlan(
  streams: ReturnType<typeof bulkStreams>,
  structures: Structures,
  { domaine, person }: Slot,
): Plan {
  const org = { typeBal: 'ORG', titulaire: 'aucun', places: [] } as const;
  if (domaine.kind === 'liberal') return { ...org, rattachements: [] };
  const chosen = draw(streams.rattachement, person) % 100;
  if (chosen < 4) return { ...org, rattachements: [] };
  if (chosen < 20 && domaine.declaration.kind !== 'eg') {
    return { ...org, rattachements: [{ kind: 'ej', ej: domaine.rank }] };
  }
  return { ...org, rattachements: [egOf(streams, structures, domaine.rank, person)] };
}

/** A PER attached to an EJ is clean when its holder practises in the EJ itself or in two of its EG. */
function hospitalPlan(
  country: Country,
  streams: ReturnType<typeof bulkStreams>,
  structures: Structures,
  { domaine, person }: Slot,
): Plan {
  const per = { typeBal: 'PER', titulaire: 'rpps' } as const;
  const ej = domaine.rank;
  const eg = egOf(streams, structures, ej, person);
  const count = structures.egCount(ej);
  const other: Place = { kind: 'eg', ej, eg: (eg.eg % count) + 1 };
  if (count > 1 && happens(streams.plusieurs, person, country.quirks.plusieursRattachements)) {
    return { ...per, rattachements: [eg, other], places: [eg] };
  }
  const chosen = draw(streams.rattachement, person) % 100;
  const toEj: Place = { kind: 'ej', ej };
  if (domaine.declaration.kind !== 'eg') {
    if (chosen < 4) return { ...per, rattachements: [toEj], places: [toEj] };
    if (chosen < 8 && count > 1) return { ...per, rattachements: [toEj], places: [eg, other] };
  }
  if (chosen < 11) return { ...per, rattachements: [], places: [eg] };
  // Practising in another EG of the same EJ is practising in the structure.
  if (chosen < 15) return { ...per, rattachements: [eg], places: [other] };
  return { ...per, rattachements: [eg], places: [eg] };
}

function liberalPlan(
  country: Country,
  streams: ReturnType<typeof bulkStreams>,
  person: number,
): Plan {
  const per = { typeBal: 'PER', titulaire: 'rpps' } as const;
  const place: Place = {
    kind: 'cabinet',
    cabinet: draw(streams.eg, person) % country.cabinetCount,
  };
  const isAttached = draw(streams.rattachement, person) % 100 < (place.cabinet % 5 < 2 ? 80 : 12);
  return { ...per, rattachements: isAttached ? [place] : [], places: [place] };
}

/** What the real file shows of other opérateurs' BAL: old identifiers, holders gone. */
function withOddity(
  country: Country,
  streams: ReturnType<typeof bulkStreams>,
  { person }: Slot,
  plan: Plan,
): Plan {
  const drawn = draw(streams.anomalie, person) / 0x1_0000_0000;
  const { type10, titulaireAdeli } = country.quirks;
  if (drawn < type10) return { ...plan, titulaire: 'type10' };
  if (drawn < type10 + titulaireAdeli) return { ...plan, titulaire: 'adeli' };
  if (drawn > 0.998) return { ...plan, titulaire: 'aucun' };
  if (drawn > 0.985) {
    const cabinet = draw(streams.ailleurs, person) % country.cabinetCount;
    return { ...plan, places: [{ kind: 'cabinet', cabinet }] };
  }
  return drawn > 0.98 ? { ...plan, places: [] } : plan;
}

function egOf(
  streams: ReturnType<typeof bulkStreams>,
  structures: Structures,
  ej: number,
  person: number,
): Place & { readonly kind: 'eg' } {
  const count = structures.egCount(ej);
  const drawn = draw(streams.eg, person);
  // Half of the people work at the main site.
  return { kind: 'eg', ej, eg: drawn % 2 === 0 ? 1 : ((drawn >>> 1) % count) + 1 };
}

function makeBal(
  streams: ReturnType<typeof bulkStreams>,
  people: People,
  slot: Slot,
  plan: Plan,
  version: number,
): Bal {
  const serviceDraw = draw(streams.service, slot.person);
  const isOrg = plan.typeBal === 'ORG';
  const hasService = isOrg || (slot.domaine.kind === 'hopital' && serviceDraw % 5 < 2);
  const service = pick(services, (serviceDraw >>> 3) + (isOrg ? 0 : version));
  const person = people(slot.person);
  const adresse = isOrg
    ? `${slug(service)}.${slot.local}@${slot.domaine.nom}`
    : `${person.name.slug}@${slot.domaine.nom}`;
  const isDemat = (draw(streams.dematerialisation, slot.person) + version) % 2 === 0;
  const common = {
    adresse,
    typeBal: plan.typeBal,
    rattachements: plan.rattachements.map(rattachementTo),
    service: hasService ? service : '',
    dematerialisation: isDemat ? 'O' : 'N',
  } as const;
  switch (plan.titulaire) {
    case 'rpps':
      return { ...common, titulaire: titulaireOf(person) };
    case 'adeli':
      return { ...common, titulaire: { type: '0', identifiant: adeli(slot.person), person } };
    case 'type10':
      return { ...common, titulaire: { type: '10', identifiant: adresse, person } };
    case 'aucun':
      return { ...common, titulaire: undefined };
  }
}

/** Prenom.NOM, as people type it. */
function withCapitals(adresse: string): string {
  const at = adresse.indexOf('@');
  const [first = '', ...rest] = adresse.slice(0, at).split('.');
  const head = first.charAt(0).toUpperCase() + first.slice(1);
  return [head, ...rest.map((part) => part.toUpperCase())].join('.') + adresse.slice(at);
}
