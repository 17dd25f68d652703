// What the address of the list asks: filters, order, place. Everything that is shown can be bookmarked and shared.
import { z } from 'zod';
import {
  catalogueConstats,
  codesConstat,
  groupesConstat,
  type CodeConstat,
} from '../../../domain/constat.js';
import { PageError } from '../../page/page-error.js';
import {
  trisConstats,
  type PageDemandee,
  type RechercheConstats,
  type TriConstats,
} from '../../../store/constat-recherche.js';

/** Shown above the form, and at its field. */
type Erreur = { readonly champ: string; readonly message: string };

export type Filtre = {
  readonly champs: Champs;
  readonly recherche: RechercheConstats;
  readonly tri: TriConstats;
  readonly borne: PageDemandee['borne'];
  readonly erreurs: readonly Erreur[];
};

const ages = {
  'moins-2': { libelle: 'moins de 2 jours', depuis: 2 },
  'moins-7': { libelle: 'moins de 7 jours', depuis: 7 },
  'moins-30': { libelle: 'moins de 30 jours', depuis: 30 },
  'plus-30': { libelle: 'plus de 30 jours', avant: 30 },
  'plus-90': { libelle: 'plus de 90 jours', avant: 90 },
  'plus-365': { libelle: 'plus d’un an', avant: 365 },
} as const;
type Age = keyof typeof ages;

const typesBal = ['PER', 'ORG', 'APP', 'CAB'] as const;
const exigences = [...new Set(codesConstat.map((code) => catalogueConstats[code].exigence))];

const vide = (value: unknown): unknown => (value === '' ? undefined : value);
const texte = (max: number) => z.preprocess(vide, z.string().trim().max(max).optional());
const choix = <T extends string>(valeurs: readonly T[]) =>
  z.preprocess(vide, z.enum(valeurs).optional());
const numero = z.preprocess(
  vide,
  z
    .string()
    .regex(/^[0-9]{1,15}$/u)
    .optional(),
);

const query = z.object({
  groupe: choix(groupesConstat.map(({ nom }) => nom)),
  code: choix(codesConstat),
  exigence: choix(exigences),
  domaine: texte(255),
  type: choix(typesBal),
  age: choix(Object.keys(ages).filter((age): age is Age => age in ages)),
  adresse: texte(320),
  tri: choix(trisConstats),
  apres: numero,
  avant: numero,
});
type Champs = Omit<z.infer<typeof query>, 'apres' | 'avant'>;

// Two letters begin tens of thousands of addresses.
const debutMin = 3;

/** Throws a PageError for what no form of ours sends. */
export function lireFiltre(given: unknown, now: Date): Filtre {
  const lue = query.safeParse(given);
  if (!lue.success) {
    const noms = lue.error.issues.map(({ path }) => `« ${String(path[0] ?? '')} »`);
    throw new PageError(
      400,
      'Filtre inconnu',
      `L’adresse de cette page demande ce qui n’existe pas (${[...new Set(noms)].join(', ')}). Revenez à la liste des constats et choisissez vos filtres.`,
    );
  }
  const { apres, avant, ...champs } = lue.data;
  const debut = champs.adresse?.toLowerCase();
  const estCourt = debut !== undefined && debut.length < debutMin;
  return {
    champs,
    tri: champs.tri ?? 'recents',
    borne:
      apres !== undefined
        ? { sens: 'apres', id: Number(apres) }
        : avant !== undefined
          ? { sens: 'avant', id: Number(avant) }
          : undefined,
    erreurs: estCourt
      ? [
          {
            champ: 'adresse',
            message: `Donnez au moins les ${debutMin} premiers caractères de l’adresse.`,
          },
        ]
      : [],
    recherche: {
      codes: codesDe(champs),
      domaine: champs.domaine?.toLowerCase().replace(/^@/u, ''),
      typeBal: champs.type,
      debutAdresse: estCourt ? undefined : debut,
      ...bornesAge(champs.age, now),
    },
  };
}

/** Those that the three filters leave; undefined when none of the three is set. */
function codesDe({ groupe, code, exigence }: Champs): CodeConstat[] | undefined {
  if (groupe === undefined && code === undefined && exigence === undefined) return undefined;
  return codesConstat.filter(
    (un) =>
      (groupe === undefined || catalogueConstats[un].groupe === groupe) &&
      (code === undefined || un === code) &&
      (exigence === undefined || catalogueConstats[un].exigence === exigence),
  );
}

function bornesAge(
  age: Age | undefined,
  now: Date,
): Pick<RechercheConstats, 'ouvertDepuis' | 'ouvertAvant'> {
  if (age === undefined) return {};
  const borne = ages[age];
  const ilYA = (jours: number): Date => new Date(now.getTime() - jours * 86_400_000);
  return 'depuis' in borne
    ? { ouvertDepuis: ilYA(borne.depuis) }
    : { ouvertAvant: ilYA(borne.avant) };
}

/** The query string that asks for the same list; begins with « ? », or is empty. */
export function adresseDe(champs: Champs, more: Readonly<Record<string, string>> = {}): string {
  const params = new URLSearchParams();
  for (const [nom, valeur] of Object.entries({ ...champs, ...more })) {
    if (valeur !== undefined && valeur !== '') params.set(nom, valeur);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

type Option = { readonly valeur: string; readonly libelle: string };

const libellesTri: Readonly<Record<TriConstats, string>> = {
  recents: 'les plus récents d’abord',
  anciens: 'les plus anciens d’abord',
  adresse: 'par adresse',
  domaine: 'par domaine',
  code: 'par constat',
};

/** What the form offers. */
export const options = {
  groupes: groupesConstat.map(({ nom, libelle }): Option => ({ valeur: nom, libelle })),
  /** By group, in the order of the report. */
  codes: groupesConstat.map(({ nom, libelle }) => ({
    libelle,
    codes: codesConstat
      .filter((code) => catalogueConstats[code].groupe === nom)
      .map((code): Option => ({ valeur: code, libelle: catalogueConstats[code].libelle })),
  })),
  exigences: exigences.map((exigence): Option => ({ valeur: exigence, libelle: exigence })),
  types: typesBal.map((type): Option => ({ valeur: type, libelle: type })),
  ages: Object.entries(ages).map(([valeur, { libelle }]): Option => ({ valeur, libelle })),
  tris: trisConstats.map((tri): Option => ({ valeur: tri, libelle: libellesTri[tri] })),
};
