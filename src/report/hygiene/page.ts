// One self-contained page, to be sent to a director: the figures that matter, their curves, the domains that need attention.
import { createHash } from 'node:crypto';
import { catalogueChiffres, type Chiffre } from '../../domain/chiffre-hygiene.js';
import { formatDateHeure, formatNombre } from '../layout.js';
import { courbeSvg } from './courbe.js';
import { tableauDomaines } from './domaines.js';
import { html, Html } from './html.js';
import { etatDe, tendanceDe, type Hygiene, type HygieneOptions, type Releve } from './modele.js';
import {
  direBase,
  direChiffre,
  direDebut,
  direTendance,
  formatPart,
  libellesEtat,
  principaux,
} from './phrases.js';
import { style } from './style.js';

export function hygienePage(options: HygieneOptions, hygiene: Hygiene): string {
  const { releves, premierJour, domaines } = hygiene;
  const dernier = releves.at(-1);
  const titre = `Hygiène des BAL MSSanté : ${options.operateur}`;
  const page = html`<!DOCTYPE html>
    <html lang="fr">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'sha256-${empreinte}'; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${titre}</title>
        ${styleElement}
      </head>
      <body>
        <header>
          <h1>Hygiène des BAL MSSanté</h1>
          <p>
            <strong>${options.operateur}</strong
            >${options.domaine === undefined ? '' : `, domaine ${options.domaine}`}
          </p>
          <p class="doux">Le ${formatDateHeure(options.now)}. ${direDebut(premierJour)}</p>
          ${dernier ? resume(releves) : html``}
        </header>
        <main>
          ${dernier ? corps(releves, dernier, domaines) : html`<p>Rien à montrer pour la période demandée.</p>`}
        </main>
        <footer>
          <p>${options.fraicheur.join(' ')}</p>
          <p>
            Définition de chaque chiffre : docs/hygiene-chiffres.md. Toutes les valeurs, tous les
            domaines : « annuaire-sync report --hygiene --format csv ».
          </p>
        </footer>
      </body>
    </html> `;
  return page.text;
}

// The style is told by its hash: the page runs under a policy that allows nothing else. Not one space may come between.
const styleElement = new Html(`<style>${style}</style>`);
const empreinte = new Html(createHash('sha256').update(style).digest('base64'));

/** One sentence for who reads no further. */
function resume(releves: readonly Releve[]): Html {
  const etats = principaux.map((chiffre) => etatDe(chiffre, tendanceDe(chiffre, releves)));
  const mauvais = etats.filter((etat) => etat === 'mauvais').length;
  const surveiller = etats.filter((etat) => etat === 'a-surveiller').length;
  const parc = formatNombre(releves.at(-1)?.valeurs.get('parc') ?? 0);
  const suite =
    mauvais + surveiller === 0
      ? 'Rien n’appelle d’action sur les chiffres principaux.'
      : `${mauvais} ${mauvais > 1 ? 'chiffres principaux sont' : 'chiffre principal est'} à traiter, ${surveiller} à surveiller.`;
  return html`<p class="resume">${parc} BAL suivies. ${suite}</p>`;
}

function corps(releves: readonly Releve[], dernier: Releve, domaines: Hygiene['domaines']): Html {
  return html`<section aria-labelledby="essentiel">
      <h2 id="essentiel">L’essentiel</h2>
      <ul class="cartes">
        ${principaux.map((chiffre) => carte(chiffre, releves, dernier))}
      </ul>
    </section>
    <section aria-labelledby="evolution">
      <h2 id="evolution">Évolution</h2>
      <div class="courbes">${courbes.map((courbe) => dessiner(courbe, releves))}</div>
    </section>
    ${tableauDomaines(domaines, dernier)}`;
}

function carte(chiffre: Chiffre, releves: readonly Releve[], dernier: Releve): Html {
  const tendance = tendanceDe(chiffre, releves);
  const etat = etatDe(chiffre, tendance);
  const part = formatPart(tendance?.part);
  const base = part === '' ? '' : `${part} ${direBase(chiffre, dernier.valeurs)}`;
  return html`<li class="carte ${etat}">
    <h3>${catalogueChiffres[chiffre].libelle}</h3>
    <p class="nombre">${tendance ? formatNombre(tendance.valeur) : '—'} <small>${base}</small></p>
    <p>
      <span class="etat">${libellesEtat[etat]}</span>
      <span class="doux">${tendance ? direTendance(tendance) : ''}</span>
    </p>
    <p>${insecables(direChiffre(chiffre, tendance))}</p>
  </li> `;
}

/** No line begins with a sign that belongs to the one before. */
function insecables(phrase: string): string {
  return phrase.replace(/« | (?=[»:;?!])/gu, (blanc) => blanc.replace(' ', '\u00a0'));
}

type CourbeVoulue = {
  readonly id: string;
  readonly titre: string;
  readonly chiffres: readonly Chiffre[];
};

const courbes: readonly CourbeVoulue[] = [
  { id: 'c1', titre: 'BAL de type 10 restantes', chiffres: ['type_10'] },
  { id: 'c2', titre: 'BAL orphelines et périmées', chiffres: ['orphelines', 'perimees'] },
  { id: 'c3', titre: 'BAL personnelles inactives', chiffres: ['inactives'] },
  { id: 'c4', titre: 'BAL qui se remplissent', chiffres: ['quota_80', 'quota_90', 'quota_100'] },
  { id: 'c5', titre: 'Publication', chiffres: ['non_publiees', 'liste_rouge'] },
  { id: 'c6', titre: 'BAL rattachées à l’EJ au lieu de l’EG', chiffres: ['rattachement_ej_eg'] },
];

function dessiner({ id, titre, chiffres }: CourbeVoulue, releves: readonly Releve[]): Html {
  const description = chiffres
    .map((chiffre) => {
      const tendance = tendanceDe(chiffre, releves);
      const { libelle } = catalogueChiffres[chiffre];
      return tendance
        ? `${libelle} : ${formatNombre(tendance.valeur)}, ${direTendance(tendance)}.`
        : `${libelle} : non évalué.`;
    })
    .join(' ');
  return courbeSvg({
    id,
    titre,
    description,
    jours: releves.map(({ jour }) => jour),
    series: chiffres.map((chiffre) => ({
      nom: catalogueChiffres[chiffre].court,
      valeurs: releves.map(({ valeurs, nonEvalues }) =>
        nonEvalues.has(chiffre) ? undefined : (valeurs.get(chiffre) ?? 0),
      ),
    })),
  });
}
