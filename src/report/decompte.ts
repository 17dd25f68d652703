// The countdown as a page for a terminal.
import type { Decompte, LigneDecompte } from '../domain/decompte.js';
import { clip, formatNombre, padEnd, padStart, printable } from './layout.js';

const domainesMax = 15;
const joursMax = 20;
const barreMax = 30;

export function decompteLines(decompte: Decompte): string[] {
  const { depart, apparus, disparus, restants, debut, domaines, courbe } = decompte;
  return [
    `Compte à rebours : ${formatNombre(depart)} au départ (${jour(debut)}), ${formatNombre(apparus)} apparues depuis, ` +
      `${formatNombre(disparus)} disparues, ${formatNombre(restants)} restantes.`,
    ...parDomaine(domaines),
    ...tracer(courbe),
    '',
  ];
}

function parDomaine(domaines: Decompte['domaines']): string[] {
  if (domaines.length < 2) return [];
  const width = Math.min(50, Math.max(...domaines.map(({ domaine }) => domaine.length)));
  const row = (nom: string, ...cells: readonly string[]): string =>
    `  ${padEnd(clip(printable(nom), width), width)}${cells.map((cell) => padStart(cell, 11)).join('')}`;
  const cells = ({ depart, apparus, disparus, restants }: LigneDecompte): string[] =>
    [depart, apparus, disparus, restants].map(formatNombre);
  const reste = domaines.length - domainesMax;
  return [
    row('Domaine', 'Départ', 'Apparues', 'Disparues', 'Restantes'),
    ...domaines.slice(0, domainesMax).map((ligne) => row(ligne.domaine, ...cells(ligne))),
    ...(reste > 0
      ? [`  … et ${formatNombre(reste)} autres domaines : « --format json » les donne tous.`]
      : []),
  ];
}

/** The last days on which the number moved. */
function tracer(courbe: Decompte['courbe']): string[] {
  const max = Math.max(1, ...courbe.map(({ restants }) => restants));
  return courbe.slice(-joursMax).map((point) => {
    const barre = '█'.repeat(Math.ceil((point.restants * barreMax) / max));
    return `  ${jour(point.jour)}  ${padStart(formatNombre(point.restants), 8)}  ${barre}`.trimEnd();
  });
}

function jour(text: string): string {
  return text.split('-').reverse().join('/');
}
