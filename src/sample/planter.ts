// Plants cases in the invented country: each case states its data and, by hand, the constats that docs/constats.md
// makes of them. Nothing here computes a constat from data: truth.json is written before any reconciliation exists.
import { rattachementTo, titulaireOf, type Bal, type Hebergement, type Titulaire } from './bal.js';
import { dateAt, judgedAt, type Country, type DeclaredStructure, type Domaine } from './country.js';
import type { Attendu, ConstatCode, ExpectedConstat } from './expected-constat.js';
import { digits } from './identifiers.js';
import { services } from './nomenclatures.js';
import { plantedPersonFirst, type People, type Person } from './people.js';
import { departements } from './places.js';
import type { PerOptions, PlantedBal, PlantedDomaine, PlantedPerson } from './planted.js';
import { pick } from './random.js';
import { plantedCabinetFirst, plantedEjFirst, type Place } from './structures.js';

export type Case = {
  readonly nom: string;
  /** How many per BAL of the opérateur; at least `min`. */
  readonly share: number;
  readonly min: number;
  readonly plant: (planter: Planter, turn: number) => void;
};

export class Planter {
  readonly persons: PlantedPerson[] = [];
  readonly bals: PlantedBal[] = [];
  readonly constats: ExpectedConstat[] = [];
  readonly adelis: { readonly adeli: string; readonly rpps: string }[] = [];
  readonly domaines: PlantedDomaine[] = [];
  /** Closing dates (AAAA-MM-JJ) by `ej/eg`. */
  readonly fermetures = new Map<string, string>();
  /** Planted EJ that the FINESS file does not list. */
  readonly ejsHorsFiness = new Set<number>();
  readonly country: Country;
  #people: People;
  #hopitaux: Readonly<Record<DeclaredStructure['kind'], readonly Domaine[]>>;
  #cas = '';
  #personCount = 0;
  #ejCount = poolSize;
  #cabinetCount = 0;
  #turn = 0;

  constructor(country: Country, people: People) {
    this.country = country;
    this.#people = people;
    const of = (kind: DeclaredStructure['kind']) =>
      country.domaines.filter(
        (one) =>
          one.isOperateur &&
          one.kind === 'hopital' &&
          one.size > 4 &&
          one.declaration.kind === kind,
      );
    this.#hopitaux = { aucune: of('aucune'), ej: of('ej'), eg: of('eg') };
  }

  run(cases: readonly Case[], balCount: number): void {
    for (const one of cases) {
      this.#cas = one.nom;
      const times = Math.max(one.min, Math.round(one.share * balCount));
      for (let turn = 0; turn < times; turn += 1) one.plant(this, turn);
    }
  }

  get ejs(): readonly number[] {
    return Array.from({ length: this.#ejCount }, (_, i) => plantedEjFirst + i);
  }

  /** One of the opérateur's hospitals, in turn, by what the settings declare of its domain. */
  hopital(declaration: DeclaredStructure['kind'] = 'aucune'): Domaine {
    this.#turn += 1;
    return pick(this.#hopitaux[declaration], this.#turn);
  }

  /** A BAL of one of our hospitals that is clean in every respect, for a case to spoil. */
  per(options: PerOptions = {}): Bal {
    const hopital = options.hopital ?? this.hopital();
    const eg = this.egOf(hopital);
    const person = options.titulaire?.person ?? this.#nextPerson();
    const adresse = `${person.name.slug}${options.suffixe ?? ''}@${options.domaine ?? hopital.nom}`;
    return {
      adresse,
      typeBal: 'PER',
      titulaire: options.titulaire ?? this.#titulaire(person, adresse, options, eg),
      rattachements: options.rattachements ?? [rattachementTo(eg)],
      service: options.service ?? (this.#turn % 2 === 0 ? pick(services, this.#turn) : ''),
      dematerialisation: 'O',
    };
  }

  org(options: PerOptions = {}): Bal {
    const base = this.per({ ...options, par: 'aucun' });
    const service = options.service ?? pick(services, this.#turn);
    return { ...base, adresse: `secretariat.${base.adresse}`, typeBal: 'ORG', service };
  }

  cab(options: PerOptions = {}): Bal {
    const base = this.per(options);
    return { ...base, adresse: `cabinet.${base.adresse}`, typeBal: 'CAB' };
  }

  /** One of the first three EG of a hospital, in turn. */
  egOf(hopital: Domaine): Eg {
    return { kind: 'eg', ej: hopital.rank, eg: (this.#turn % 3) + 1 };
  }

  /** A new professional of the national files. */
  titulaire(
    places: readonly Place[],
    listedIn: PlantedPerson['listedIn'] = 'activites',
  ): Titulaire & { readonly person: Person } {
    const person = this.#nextPerson();
    this.persons.push({ person, listedIn, places });
    return { ...titulaireOf(person), person };
  }

  /** An EJ with three EG that no domain of ours has to do with. */
  newEj(): number {
    this.#ejCount += 1;
    return plantedEjFirst + this.#ejCount - 1;
  }

  newCabinet(kind: 'siret' | 'rang'): number {
    this.#cabinetCount += 1;
    return plantedCabinetFirst + this.#cabinetCount * 5 + (kind === 'siret' ? 0 : 3);
  }

  /** An open EG far from ours. */
  ailleurs(): Eg {
    this.#turn += 1;
    return { kind: 'eg', ej: plantedEjFirst + (this.#turn % poolSize), eg: (this.#turn % 3) + 1 };
  }

  /** An open EG of a département. */
  egDans(departement: string): Eg {
    const wanted = departements.findIndex((one) => one.code === departement);
    const first = plantedEjFirst % departements.length;
    const offset = (wanted - first + departements.length) % departements.length;
    return { kind: 'eg', ej: plantedEjFirst + offset, eg: 1 };
  }

  close(place: Place & { readonly kind: 'eg' | 'ej' }, date: string): void {
    const egs = place.kind === 'eg' ? [place.eg] : [0, 1, 2, 3];
    for (const eg of egs) this.fermetures.set(`${place.ej}/${eg}`, date);
  }

  domaine(domaine: PlantedDomaine): string {
    this.domaines.push(domaine);
    return domaine.nom;
  }

  /** A domain that another opérateur hosts. */
  autreOperateur(): string {
    return pick(
      this.country.domaines.filter((one) => !one.isOperateur),
      0,
    ).nom;
  }

  /** A name under .mssante.fr that no other case has. */
  domaineName(prefix: string): string {
    return `${prefix}-${this.domaines.length + 1}-exemple.mssante.fr`;
  }

  /** What the opérateur knows of a BAL that is in order. */
  hebergement(changes: Partial<Hebergement> = {}): Hebergement {
    return {
      etat: 'actif',
      listeRouge: false,
      preferee: false,
      dateCreation: '2022-03-14',
      derniereAuthentification: this.authentifiedDaysAgo(20 + (this.#turn % 200)),
      tailleOctets: 150_000_000 + (this.#turn % 97) * 1_000_003,
      quotaOctets: 2_147_483_648,
      transfertVers: '',
      responsable: '',
      description: '',
      ...changes,
    };
  }

  /** Counted from day 1: the instant does not move when the country grows older. */
  authentifiedDaysAgo(days: number): string {
    const noonOfDay1 = judgedAt(this.country).getTime() - (this.country.day - 1) * 86_400_000;
    return `${new Date(noonOfDay1 - days * 86_400_000).toISOString().slice(0, 19)}Z`;
  }

  /** AAAA-MM-JJ of one of the country's days. */
  dateOfDay(day: number): string {
    return dateAt(this.country, day - this.country.day)
      .toISOString()
      .slice(0, 10);
  }

  /** Published as inventoried, with these constats and no other. */
  hosted(bal: Bal, attendus: readonly Attendu[], changes: Partial<Hebergement> = {}): void {
    this.differing(bal, bal, attendus, changes);
  }

  differing(
    publiee: Bal,
    inventaire: Bal,
    attendus: readonly Attendu[],
    changes: Partial<Hebergement> = {},
  ): void {
    this.#add(
      { publiee, inventaire, hebergement: this.hebergement(changes) },
      inventaire,
      attendus,
    );
  }

  /** In the inventory only. */
  unpublished(bal: Bal, attendus: readonly Attendu[], changes: Partial<Hebergement> = {}): void {
    this.#add(
      { publiee: undefined, inventaire: bal, hebergement: this.hebergement(changes) },
      bal,
      attendus,
    );
  }

  /** In the Annuaire only. */
  published(bal: Bal, attendus: readonly Attendu[]): void {
    this.#add(
      { publiee: bal, inventaire: undefined, hebergement: this.hebergement() },
      bal,
      attendus,
    );
  }

  expectDomaine(domaine: string, code: ConstatCode): void {
    this.constats.push({ code, domaine, adresse: null, precision: '', cas: this.#cas });
  }

  #add(planted: PlantedBal, bal: Bal, attendus: readonly Attendu[]): void {
    this.bals.push(planted);
    const adresse = bal.adresse.toLowerCase();
    const domaine = adresse.slice(adresse.lastIndexOf('@') + 1);
    for (const { code, precision, valeurs } of attendus) {
      this.constats.push({
        code,
        domaine,
        adresse,
        precision: precision ?? '',
        ...(valeurs && { valeurs }),
        cas: this.#cas,
      });
    }
  }

  #nextPerson(): Person {
    this.#personCount += 1;
    return this.#people(plantedPersonFirst + this.#personCount - 1);
  }

  #titulaire(person: Person, adresse: string, options: PerOptions, eg: Eg): Titulaire | undefined {
    const par = options.par ?? 'rpps';
    if (par === 'aucun') return undefined;
    if (par === 'type10') return { type: '10', identifiant: adresse, person };
    if (par === 'inconnu') return titulaireOf(person);
    const listedIn = options.listedIn ?? 'activites';
    this.persons.push({ person, listedIn, places: options.places ?? [eg] });
    if (par === 'rpps') return titulaireOf(person);
    const number = adeliOf(person);
    if (par === 'adeli-connu') this.adelis.push({ adeli: number, rpps: person.identifiant });
    return { type: '0', identifiant: number, person };
  }
}

/** ADELI numbers of planted people begin with 98, so that they meet no other. */
export function adeliOf(person: Person): string {
  return `98${digits(person.index - plantedPersonFirst, 7)}`;
}

type Eg = Place & { readonly kind: 'eg' };

/** The first planted EJ, one per département, are where people have gone. */
const poolSize = departements.length;
