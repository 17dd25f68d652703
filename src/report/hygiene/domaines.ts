// The domains that need attention, as a table of the hygiene page.
import { catalogueChiffres, partDe, type Chiffre } from '../../domain/chiffre-hygiene.js';
import { formatNombre } from '../layout.js';
import { html, type Html } from './html.js';
import { attention, type DomaineMesure, type Releve } from './modele.js';
import { formatPart } from './phrases.js';

// A page that a mail takes: with more, nobody would read it to the end, and the CSV has them all.
const domainesMax = 200;

const colonnes: readonly Chiffre[] = [
  'type_10',
  'orphelines',
  'perimees',
  'inactives',
  'quota_100',
  'non_publiees',
  'liste_rouge_publiees',
  'rattachement_ej_eg',
  'domaines_ressemblants',
];

export function tableauDomaines(domaines: readonly DomaineMesure[], dernier: Releve): Html {
  const reste = domaines.length - domainesMax;
  return html`<section class="domaines" aria-labelledby="domaines">
    <h2 id="domaines">Domaine par domaine</h2>
    <section class="defile" tabindex="0" aria-labelledby="domaines-c">
      <table>
        <caption id="domaines-c">
          Le domaine qui a le plus à traiter d’abord
        </caption>
        <thead>
          <tr>
            <th scope="col">Domaine</th>
            <th scope="col">BAL</th>
            <th scope="col">À traiter</th>
            <th scope="col">Part</th>
            ${colonnes.map(
              (chiffre) => html`<th scope="col">${catalogueChiffres[chiffre].court}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${domaines.slice(0, domainesMax).map((domaine) => row(domaine, dernier))}
        </tbody>
      </table>
    </section>
    ${reste > 0 ? html`<p>… et ${formatNombre(reste)} autres domaines, que donne le format CSV.</p>` : html``}
  </section>`;
}

function row(domaine: DomaineMesure, { nonEvalues }: Releve): Html {
  const { valeurs } = domaine;
  const mesures = colonnes.map((chiffre) =>
    nonEvalues.has(chiffre) ? html`<td>?</td>` : cellule(valeurs.get(chiffre) ?? 0),
  );
  return html`<tr>
    <th scope="row">${domaine.domaine}</th>
    <td>${formatNombre(valeurs.get('parc') ?? 0)}</td>
    ${cellule(attention(domaine))}
    <td>${formatPart(partDe('a_traiter', valeurs))}</td>
    ${mesures}
  </tr> `;
}

function cellule(valeur: number): Html {
  return html`<td class="${valeur === 0 ? 'zero' : 'alerte'}">${formatNombre(valeur)}</td>`;
}
