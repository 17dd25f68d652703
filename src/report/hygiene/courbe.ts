// A line chart as SVG: no script, no style of its own (the page's classes colour it, by day and by night), and the same
// values in a table beside it.
import { html, type Html } from './html.js';
import { tracer, type Courbe, type Serie, type Trace } from './trace.js';

export type { Courbe, Serie } from './trace.js';

export function courbeSvg(courbe: Courbe): Html {
  const { id, titre, description, series } = courbe;
  const trace = tracer(courbe);
  return html`<figure class="courbe">
    <figcaption>${titre}</figcaption>
    <svg
      viewBox="0 0 ${trace.largeur} ${trace.hauteur}"
      role="img"
      aria-labelledby="${id}-t ${id}-d"
    >
      <title id="${id}-t">${titre}</title>
      <desc id="${id}-d">${description}</desc>
      ${axeY(trace)}${axeX(trace)} ${trace.lignes.map(ligne)}
    </svg>
    ${series.length > 1 ? legende(series) : html``} ${tableau(id, titre, series, trace)}
  </figure>`;
}

function axeY({ graduations, gauche, droite, xTexte }: Trace): Html {
  return html`${graduations.map(
    ({ texte, y, yTexte }) =>
      html`<line class="grille" x1="${gauche}" x2="${droite}" y1="${y}" y2="${y}"></line
        ><text class="axe fin" x="${xTexte}" y="${yTexte}">${texte}</text>`,
  )}`;
}

function axeX({ dates }: Trace): Html {
  return html`${dates.map(
    ({ texte, x, y, place }) => html`<text class="axe ${place}" x="${x}" y="${y}">${texte}</text>`,
  )}`;
}

function ligne({ rang, dessin, point }: Trace['lignes'][number]): Html {
  const fin = point
    ? html`<circle class="point s${rang}" cx="${point.x}" cy="${point.y}" r="3"></circle>`
    : html``;
  return html`<path class="trait s${rang}" d="${dessin}"></path>${fin}`;
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

function tableau(id: string, titre: string, series: readonly Serie[], trace: Trace): Html {
  const rows = trace.tableau.map(
    ({ jour, valeurs }) =>
      html`<tr>
        <th scope="row">${jour}</th>
        ${valeurs.map((valeur) => html`<td>${valeur}</td>`)}
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
