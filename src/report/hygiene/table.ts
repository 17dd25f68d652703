// The hygiene report as a page for a terminal.
import { catalogueChiffres, chiffres, type Chiffre } from '../../domain/chiffre-hygiene.js';
import { formatDateHeure, formatNombre, grid, pageWidth, printable, wrap } from '../layout.js';
import {
  attention,
  etatDe,
  tendanceDe,
  type DomaineMesure,
  type Hygiene,
  type HygieneOptions,
  type Releve,
} from './modele.js';
import {
  direChiffre,
  direDebut,
  direTendance,
  formatPart,
  libellesEtat,
  principaux,
} from './phrases.js';

const domainesMax = 15;

export function hygieneLines(options: HygieneOptions, hygiene: Hygiene): string[] {
  const width = pageWidth(options.width);
  const { releves, premierJour, domaines } = hygiene;
  const dernier = releves.at(-1);
  return [
    `Hygiène des BAL de ${printable(options.operateur)} au ${formatDateHeure(options.now)}`,
    ...(options.domaine === undefined ? [] : [`Domaine : ${printable(options.domaine)}`]),
    ...options.fraicheur,
    ...wrap(direDebut(premierJour), width, ''),
    '',
    ...(dernier
      ? [...tableau(releves, width), '', ...conseils(releves, width)]
      : horsPeriode(hygiene)),
    ...(dernier ? parDomaine(domaines, dernier, width) : []),
  ];
}

function horsPeriode({ premierJour }: Hygiene): string[] {
  return premierJour === undefined ? [] : ['Aucune mesure dans la période demandée.', ''];
}

function tableau(releves: readonly Releve[], width: number): string[] {
  const rows = chiffres.map((chiffre) => {
    const tendance = tendanceDe(chiffre, releves);
    const { libelle } = catalogueChiffres[chiffre];
    if (!tendance) return [libelle, libellesEtat.inconnu, '', '', ''];
    return [
      libelle,
      libellesEtat[etatDe(chiffre, tendance)],
      formatNombre(tendance.valeur),
      formatPart(tendance.part),
      direTendance(tendance),
    ];
  });
  return grid([['Chiffre', 'État', 'Nombre', 'Part', 'Tendance'], ...rows], width, 2);
}

function conseils(releves: readonly Releve[], width: number): string[] {
  return principaux.flatMap((chiffre) => {
    const tendance = tendanceDe(chiffre, releves);
    if (etatDe(chiffre, tendance) !== 'mauvais') return [];
    return wrap(
      `! ${catalogueChiffres[chiffre].libelle}. ${direChiffre(chiffre, tendance)}`,
      width,
      '',
    );
  });
}

const colonnes: readonly Chiffre[] = [
  'type_10',
  'orphelines',
  'perimees',
  'quota_100',
  'non_publiees',
];

function parDomaine(domaines: readonly DomaineMesure[], dernier: Releve, width: number): string[] {
  if (domaines.length < 2) return [];
  const rows = domaines
    .slice(0, domainesMax)
    .map((domaine) => [
      printable(domaine.domaine),
      formatNombre(domaine.valeurs.get('parc') ?? 0),
      formatNombre(attention(domaine)),
      ...colonnes.map((chiffre) =>
        dernier.nonEvalues.has(chiffre) ? '?' : formatNombre(domaine.valeurs.get(chiffre) ?? 0),
      ),
    ]);
  const tete = [
    'Domaine',
    'BAL',
    'À traiter',
    ...colonnes.map((one) => catalogueChiffres[one].court),
  ];
  const reste = domaines.length - rows.length;
  return [
    '',
    ...grid([tete, ...rows], width, 1),
    ...(reste > 0
      ? [`… et ${formatNombre(reste)} autres domaines : « --format csv » les donne tous.`]
      : []),
  ];
}
