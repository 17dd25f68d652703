// The report as a page for a terminal.
import { expliquer } from '../domain/constat-explication.js';
import {
  catalogueConstats,
  codesConstat,
  groupesConstat,
  type CodeConstat,
  type GroupeConstat,
} from '../domain/constat.js';
import type { Db } from '../db/pool.js';
import { findHistory } from '../store/bal-annuaire.js';
import { listExamples, type ConstatGarde } from '../store/constat.js';
import {
  formatDate,
  formatDateHeure,
  formatNombre,
  grid,
  lines,
  pageWidth,
  printable,
  wrap,
} from './layout.js';
import { decompteLines } from './decompte.js';
import { raconter } from './memoire.js';
import { constatFilter, sumBy, type ReportOptions, type Summary } from './summary.js';

const domainesMax = 15;

export async function* writeTable(
  db: Db,
  options: ReportOptions,
  summary: Summary,
): AsyncGenerator<string, void, undefined> {
  const width = pageWidth(options.width);
  yield lines(entete(options, summary));
  yield lines(totaux(summary, width));
  if (summary.run) {
    yield* writeConstats(db, options, summary, width);
  } else {
    yield lines([
      'Aucun rapprochement n’a encore été fait : lancez « annuaire-sync reconcile ».',
      '',
    ]);
  }
  if (options.filters.adresse !== undefined) {
    yield lines(await memoire(db, options.filters.adresse, width));
  }
}

async function* writeConstats(
  db: Db,
  options: ReportOptions,
  summary: Summary,
  width: number,
): AsyncGenerator<string, void, undefined> {
  yield lines(bilan(summary));
  if (summary.decompte) yield lines(decompteLines(summary.decompte));
  const examples = await listExamples(db, constatFilter(options.filters), options.examplesMax);
  for (const groupe of groupesConstat) {
    yield lines(await unGroupe(db, groupe, summary, examples, width));
  }
  yield lines(nonEvaluees(summary, width));
}

function entete(options: ReportOptions, { run }: Summary): string[] {
  const mode = run?.mode === 'delta' ? 'sur ce qui a changé' : 'complet';
  return [
    `Rapport du ${formatDateHeure(options.now)}`,
    ...(run ? [`Dernier rapprochement : ${formatDateHeure(run.judgedAt)} (${mode})`] : []),
    ...options.fraicheur,
    '',
  ];
}

function totaux({ bals, comptes }: Summary, width: number): string[] {
  if (bals.length === 0) return ['Aucune BAL dans l’inventaire ni publiée sous vos domaines.', ''];
  const constats = new Map<string, number>();
  for (const { domaine, typeBal, ouverts } of comptes) {
    const cle = `${domaine} ${typeBal ?? ''}`;
    constats.set(cle, (constats.get(cle) ?? 0) + ouverts);
  }
  const plusGrands = [...bals].sort(
    (x, y) =>
      y.inventaire + y.publiees - (x.inventaire + x.publiees) ||
      (x.domaine < y.domaine ? -1 : x.domaine > y.domaine ? 1 : 0) ||
      (x.typeBal < y.typeBal ? -1 : 1),
  );
  const rows = plusGrands
    .slice(0, domainesMax)
    .map((count) => [
      printable(count.domaine),
      printable(count.typeBal === '' ? '?' : count.typeBal),
      formatNombre(count.inventaire),
      formatNombre(count.publiees),
      formatNombre(constats.get(`${count.domaine} ${count.typeBal}`) ?? 0),
    ]);
  const reste = plusGrands.length - rows.length;
  const total = [
    'Total',
    '',
    formatNombre(sumBy(bals, (count) => count.inventaire)),
    formatNombre(sumBy(bals, (count) => count.publiees)),
    formatNombre(sumBy(comptes, (count) => count.ouverts)),
  ];
  return [
    ...grid([['Domaine', 'Type', 'Inventaire', 'Publiées', 'Constats'], ...rows, total], width, 2),
    ...(reste > 0
      ? [`… et ${formatNombre(reste)} autres lignes : « report --format json » les donne toutes.`]
      : []),
    '',
  ];
}

function bilan({ run, comptes, creationsInterdites, ressemblants }: Summary): string[] {
  const ouverts = sumBy(comptes, (count) => count.ouverts);
  const nouveaux = sumBy(comptes, (count) => count.nouveaux);
  return [
    `Constats ouverts : ${formatNombre(ouverts)}, dont ${formatNombre(nouveaux)} ${pluriel(nouveaux, 'nouveau', 'nouveaux')} ` +
      `au dernier rapprochement, qui en a clos ${formatNombre(run?.closedCount ?? 0)}.`,
    ...(creationsInterdites > 0
      ? [
          `! Créations interdites détectées (PER de type 10, EX_GBM_4312) : ${formatNombre(creationsInterdites)}.`,
        ]
      : []),
    ...(ressemblants > 0
      ? [
          `! Domaines qui ressemblent aux vôtres, à examiner : ${formatNombre(ressemblants)} (« domains lookalike »).`,
        ]
      : []),
    '',
  ];
}

async function unGroupe(
  db: Db,
  groupe: { readonly nom: GroupeConstat; readonly libelle: string },
  { comptes }: Summary,
  examples: readonly ConstatGarde[],
  width: number,
): Promise<string[]> {
  const codes = codesConstat.filter((code) => catalogueConstats[code].groupe === groupe.nom);
  const duGroupe = comptes.filter(({ code }) => codes.includes(code));
  const total = sumBy(duGroupe, (count) => count.ouverts);
  if (total === 0) return [];
  const text = [`${groupe.libelle} : ${formatNombre(total)}`];
  for (const code of codes) {
    const duCode = duGroupe.filter((count) => count.code === code);
    if (duCode.length > 0) {
      const premiers = examples.filter((constat) => constat.code === code);
      text.push(...(await unCode(db, code, duCode, premiers, width)));
    }
  }
  return [...text, ''];
}

async function unCode(
  db: Db,
  code: CodeConstat,
  comptes: readonly { readonly ouverts: number; readonly nouveaux: number }[],
  examples: readonly ConstatGarde[],
  width: number,
): Promise<string[]> {
  const { libelle, exigence, action } = catalogueConstats[code];
  const total = sumBy(comptes, (count) => count.ouverts);
  const nouveaux = sumBy(comptes, (count) => count.nouveaux);
  const mention =
    nouveaux > 0 ? ` (${formatNombre(nouveaux)} ${pluriel(nouveaux, 'nouveau', 'nouveaux')})` : '';
  const text = [
    ...wrap(`${code} : ${formatNombre(total)}${mention}. ${libelle} [${exigence}]`, width, '  '),
    ...wrap(`Action : ${action}`, width, '    '),
  ];
  for (const constat of examples) {
    const quoi = printable(constat.adresse ?? constat.domaine);
    text.push(
      `    - ${quoi} (depuis le ${formatDate(constat.ouvertLe)})`,
      ...wrap(printable(expliquer(constat)), width, '      '),
    );
    if (code === 'NON_PUBLIEE' && constat.adresse !== undefined) {
      const presences = await findHistory(db, constat.adresse);
      text.push(...raconter(presences).flatMap((sentence) => wrap(sentence, width, '      ')));
    }
  }
  if (total > examples.length && examples.length > 0) {
    text.push(
      `    … et ${formatNombre(total - examples.length)} de plus (report --code ${code} --format csv)`,
    );
  }
  return text;
}

function nonEvaluees({ nonEvaluees: regles }: Summary, width: number): string[] {
  if (regles.length === 0) return [];
  const text = regles.map(
    ({ code, sources }) => `${code} (source absente : ${sources.join(', ')})`,
  );
  return [...wrap(`Règles non évaluées : ${text.join(', ')}.`, width, ''), ''];
}

async function memoire(db: Db, adresse: string, width: number): Promise<string[]> {
  const presences = await findHistory(db, adresse);
  return [
    `Mémoire de l’Annuaire pour ${printable(adresse)}`,
    ...raconter(presences).flatMap((sentence) => wrap(sentence, width, '  ')),
  ];
}

function pluriel(n: number, un: string, plusieurs: string): string {
  return n > 1 ? plusieurs : un;
}
