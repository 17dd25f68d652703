// Where a line chart is drawn: numbers and paths, which an SVG of a report or of a page then holds.
import { scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import { formatNombre } from '../layout.js';
import { formatJour } from './phrases.js';

export type Serie = {
  readonly nom: string;
  /** Undefined on a day on which it was not evaluated: the line is broken there. */
  readonly valeurs: readonly (number | undefined)[];
};

export type Courbe = {
  /** Unique in its page. */
  readonly id: string;
  readonly titre: string;
  /** One sentence that says what is to be seen. */
  readonly description: string;
  /** aaaa-mm-jj, in order. */
  readonly jours: readonly string[];
  readonly series: readonly Serie[];
};

export type Trace = {
  readonly largeur: number;
  readonly hauteur: number;
  readonly graduations: readonly {
    readonly texte: string;
    readonly y: number;
    readonly yTexte: number;
  }[];
  readonly gauche: number;
  readonly droite: number;
  readonly xTexte: number;
  readonly dates: readonly {
    readonly texte: string;
    readonly x: number;
    readonly y: number;
    readonly place: 'debut' | 'milieu' | 'fin';
  }[];
  readonly lignes: readonly {
    readonly nom: string;
    readonly rang: number;
    readonly dessin: string;
    /** Of the last day; undefined when it was not evaluated. */
    readonly point: { readonly x: number; readonly y: number } | undefined;
  }[];
  /** The days drawn, the last first, with what is drawn of each. */
  readonly tableau: readonly { readonly jour: string; readonly valeurs: readonly string[] }[];
};

const [largeur, hauteur] = [400, 200];
const marge = { haut: 10, droite: 16, bas: 26, gauche: 58 };

// More points than that are no more visible in a drawing of 400 units, and their table could not be read.
const pointsMax = 60;

export function tracer(courbe: Courbe): Trace {
  const { jours, series } = eclaircir(courbe);
  const { x, y } = echelles(jours, series);
  const abscisses = jours.map((jour) => x(dateDe(jour)));
  return {
    largeur,
    hauteur,
    gauche: marge.gauche,
    droite: largeur - marge.droite,
    xTexte: marge.gauche - 6,
    graduations: y
      .ticks(4)
      .filter((valeur) => Number.isInteger(valeur))
      .map((valeur) => ({
        texte: formatNombre(valeur),
        y: arrondi(y(valeur)),
        yTexte: arrondi(y(valeur) + 4),
      })),
    dates: datesDe(jours, abscisses),
    lignes: series.map((serie, rang) => ligne(serie, rang, abscisses, y)),
    tableau: [...jours.entries()].reverse().map(([rang, jour]) => ({
      jour: formatJour(jour),
      valeurs: series.map(({ valeurs }) => nombre(valeurs[rang])),
    })),
  };
}

/** Keeps the last day, and one day in so many before it: the drawing and its table then show the same. */
function eclaircir(courbe: Courbe): Courbe {
  const pas = Math.ceil(courbe.jours.length / pointsMax);
  const dernier = courbe.jours.length - 1;
  const isGarde = (_: unknown, rang: number): boolean => (dernier - rang) % pas === 0;
  return {
    ...courbe,
    jours: courbe.jours.filter(isGarde),
    series: courbe.series.map(({ nom, valeurs }) => ({ nom, valeurs: valeurs.filter(isGarde) })),
  };
}

type Echelle = ReturnType<typeof scaleLinear<number, number>>;

function echelles(
  jours: readonly string[],
  series: readonly Serie[],
): { x: ReturnType<typeof scaleUtc<number, number>>; y: Echelle } {
  const max = Math.max(1, ...series.flatMap(({ valeurs }) => valeurs.map((valeur) => valeur ?? 0)));
  const bornes = [dateDe(jours[0] ?? '1970-01-01'), dateDe(jours.at(-1) ?? '1970-01-01')];
  return {
    x: scaleUtc<number, number>(bornes, [marge.gauche, largeur - marge.droite]),
    y: scaleLinear<number, number>([0, max], [hauteur - marge.bas, marge.haut]).nice(4),
  };
}

function dateDe(jour: string): Date {
  return new Date(`${jour}T00:00:00Z`);
}

/** The first day, the last, and what room there is between. */
function datesDe(jours: readonly string[], abscisses: readonly number[]): Trace['dates'] {
  const n = jours.length;
  const rangs = n < 3 ? [...jours.keys()] : [0, Math.floor((n - 1) / 2), n - 1];
  return rangs.map((rang) => ({
    texte: formatJour(jours[rang] ?? ''),
    x: arrondi(abscisses[rang] ?? 0),
    y: hauteur - 8,
    place: rang === 0 ? 'debut' : rang === n - 1 ? 'fin' : 'milieu',
  }));
}

function ligne(
  { nom, valeurs }: Serie,
  rang: number,
  abscisses: readonly number[],
  y: Echelle,
): Trace['lignes'][number] {
  const dessin = line<number | undefined>()
    .defined((valeur) => valeur !== undefined)
    .x((_, i) => abscisses[i] ?? 0)
    .y((valeur) => y(valeur ?? 0))
    .digits(1)([...valeurs]);
  const fin = valeurs.at(-1);
  return {
    nom,
    rang,
    dessin: dessin ?? '',
    point:
      fin === undefined ? undefined : { x: arrondi(abscisses.at(-1) ?? 0), y: arrondi(y(fin)) },
  };
}

function nombre(valeur: number | undefined): string {
  return valeur === undefined ? 'non évalué' : formatNombre(valeur);
}

function arrondi(n: number): number {
  return Math.round(n * 10) / 10;
}
