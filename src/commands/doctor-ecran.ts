// What `doctor` found, part by part, each fault with its remedy (pure).
import {
  rubriquesDiagnostic,
  type Constatation,
  type EtatControle,
  type ResultatControle,
} from '../diagnostic/controle.js';
import { printable, wrap } from '../report/layout.js';
import type { Peindre, Ton } from './couleurs.js';

export function ecranDoctor(
  resultats: readonly ResultatControle[],
  columns: number,
  peindre: Peindre,
): string[] {
  const width = Math.min(110, Math.max(40, columns));
  return [
    ...rubriquesDiagnostic.flatMap((rubrique) => {
      const siennes = resultats
        .filter((resultat) => resultat.rubrique === rubrique)
        .flatMap(({ nom, constatations }) => constatations.map((une) => ({ nom, une })));
      if (siennes.length === 0) return [];
      return [
        peindre('titre', rubrique),
        ...siennes.flatMap(({ nom, une }) => uneConstatation(nom, une, width, peindre)),
        '',
      ];
    }),
    ...bilan(resultats, width, peindre),
  ];
}

const signes: Readonly<Record<EtatControle, string>> = { bon: '✓', attention: '!', faute: '✗' };
const tons: Readonly<Record<EtatControle, Ton>> = {
  bon: 'bon',
  attention: 'attention',
  faute: 'mal',
};

function uneConstatation(
  nom: string,
  { etat, texte, remede }: Constatation,
  width: number,
  peindre: Peindre,
): string[] {
  // What is well needs no name: it says itself.
  const phrase = etat === 'bon' ? texte : `${nom} : ${texte}`;
  const [premiere = '', ...autres] = wrap(printable(phrase), width - 4, '');
  return [
    `  ${peindre(tons[etat], `${signes[etat]} ${premiere}`)}`,
    ...autres.map((line) => `    ${peindre(tons[etat], line)}`),
    ...(remede === ''
      ? []
      : wrap(`→ ${printable(remede.replace(/\s*\n\s*/gu, ' '))}`, width - 6, '      ')),
  ];
}

export function comptePar(resultats: readonly ResultatControle[]): Record<EtatControle, number> {
  const compte = { bon: 0, attention: 0, faute: 0 };
  for (const { etat } of resultats.flatMap(({ constatations }) => constatations)) compte[etat] += 1;
  return compte;
}

function bilan(resultats: readonly ResultatControle[], width: number, peindre: Peindre): string[] {
  const { bon, attention, faute } = comptePar(resultats);
  const tete =
    faute > 0
      ? peindre('mal', `✗ ${faute} à corriger, ${attention} à surveiller, ${bon} en ordre`)
      : attention > 0
        ? peindre('attention', `! rien de cassé, ${attention} à surveiller, ${bon} en ordre`)
        : peindre('bon', `✓ tout est en ordre (${bon} contrôles)`);
  const premier = premierPas(resultats);
  return [tete, ...(premier === undefined ? [] : wrap(`Commencez par : ${premier}`, width, ''))];
}

/** The first thing to do: what is broken comes before what is not there yet. */
function premierPas(resultats: readonly ResultatControle[]): string | undefined {
  const ordre = rubriquesDiagnostic.flatMap((rubrique) =>
    resultats
      .filter((resultat) => resultat.rubrique === rubrique)
      .flatMap(({ constatations }) => constatations),
  );
  const fautif = ordre.find(({ etat }) => etat === 'faute');
  const suite = resultats
    .filter(({ rubrique }) => rubrique === 'Exploitation')
    .flatMap(({ constatations }) => constatations)
    .find(({ etat }) => etat === 'attention');
  const premier = fautif ?? suite;
  return premier && printable(premier.remede === '' ? premier.texte : premier.remede);
}
