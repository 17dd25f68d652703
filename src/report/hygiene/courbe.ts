// A line chart as SVG: no script, no style of its own (the page's classes colour it, by day and by night), and the same
// values in a table beside it.
import { scaleLinear, scaleUtc } from 'd3-scale';
import { line } from 'd3-shape';
import { formatNombre } from '../layout.js';
import { html, type Html } from './html.js';
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

const [largeur, hauteur] = [400, 200];
const marge = { haut: 10, droite: 16, bas: 26, gauche: 46 };

// More points than that are no more visible in a drawing of 400 units, and their table could not be read.
const pointsMax = 60;

export function courbeSvg(courbe: Courbe): Html {
  const { id, titre, description, jours, series } = eclaircir(courbe);
  const { x, y } = echelles(jours, series);
  const abscisses = jours.map((jour) => x(dateDe(jour)));
  return html`<figure class="courbe">
    <figcaption>${titre}</figcaption>
    <svg viewBox="0 0 ${largeur} ${hauteur}" role="img" aria-labelledby="${id}-t ${id}-d">
      <title id="${id}-t">${titre}</title>
      <desc id="${id}-d">${description}</desc>
      ${axeY(y)}${axeX(jours, abscisses)}
      ${series.map((serie, rang) => trace(serie, rang, abscisses, y))}
    </svg>
    ${series.length > 1 ? legende(series) : html``} ${tableau(id, titre, jours, series)}
  </figure>`;
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

function axeY(y: Echelle): Html {
  const graduations = y.ticks(4).filter((valeur) => Number.isInteger(valeur));
  return html`${graduations.map(
    (valeur) =>
      html`<line
          class="grille"
          x1="${marge.gauche}"
          x2="${largeur - marge.droite}"
          y1="${arrondi(y(valeur))}"
          y2="${arrondi(y(valeur))}"
        ></line
        ><text class="axe fin" x="${marge.gauche - 6}" y="${arrondi(y(valeur) + 4)}"
          >${formatNombre(valeur)}</text
        >`,
  )}`;
}

/** The first day, the last, and what room there is between. */
function axeX(jours: readonly string[], abscisses: readonly number[]): Html {
  const n = jours.length;
  const rangs = n < 3 ? [...jours.keys()] : [0, Math.floor((n - 1) / 2), n - 1];
  return html`${rangs.map((rang) => {
    const place = rang === 0 ? 'debut' : rang === n - 1 ? 'fin' : 'milieu';
    const jour = formatJour(jours[rang] ?? '');
    return html`<text class="axe ${place}" x="${arrondi(abscisses[rang] ?? 0)}" y="${hauteur - 8}"
      >${jour}</text
    >`;
  })}`;
}

function trace({ valeurs }: Serie, rang: number, abscisses: readonly number[], y: Echelle): Html {
  const dessin = line<number | undefined>()
    .defined((valeur) => valeur !== undefined)
    .x((_, i) => abscisses[i] ?? 0)
    .y((valeur) => y(valeur ?? 0))
    .digits(1)([...valeurs]);
  const dernier = valeurs.length - 1;
  const fin = valeurs[dernier];
  const point =
    fin === undefined
      ? html``
      : html`<circle
          class="point s${rang}"
          cx="${arrondi(abscisses[dernier] ?? 0)}"
          cy="${arrondi(y(fin))}"
          r="3"
        ></circle>`;
  return html`<path class="trait s${rang}" d="${dessin ?? ''}"></path>${point}`;
}

function legende(series: readonly Serie[]): Html {
  return html`<ul class="legende">
    ${series.map(
      ({ nom }, rang) =>
        html`<li>
          <svg viewBox="0 0 28 10" aria-hidden="true">
            <path class="trait s${rang}" d="M1,5H27"></path>
          </svg>
          ${nom}
        </li>`,
    )}
  </ul>`;
}

function tableau(
  id: string,
  titre: string,
  jours: readonly string[],
  series: readonly Serie[],
): Html {
  const rows = [...jours.entries()].reverse().map(
    ([rang, jour]) =>
      html`<tr>
        <th scope="row">${formatJour(jour)}</th>
        ${series.map(({ valeurs }) => html`<td>${nombre(valeurs[rang])}</td>`)}
      </tr>`,
  );
  return html`<details>
    <summary>Les mêmes valeurs en tableau</summary>
    <section class="defile" tabindex="0" aria-labelledby="${id}-c">
      <table>
        <caption id="${id}-c">
          ${titre}, par jour
        </caption>
        <thead>
          <tr>
            <th scope="col">Jour</th>
            ${series.map(({ nom }) => html`<th scope="col">${nom}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </section>
  </details>`;
}

function nombre(valeur: number | undefined): string {
  return valeur === undefined ? 'non évalué' : formatNombre(valeur);
}

function arrondi(n: number): number {
  return Math.round(n * 10) / 10;
}
