// What the ANS may ask for at any time for its panorama of offers (EX_GEN_0300).
import type { Db, Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import { countEffectifs, type Effectif, type Periode } from '../store/panorama.js';
import { csvCell } from './csv.js';
import { formatDate, formatNombre, grid, lines, pageWidth, printable } from './layout.js';

export type PanoramaOptions = {
  readonly format: 'table' | 'csv' | 'json';
  readonly operateur: string;
  readonly domaines: readonly string[];
  /** Domains of no offer are of one named as the opérateur. */
  readonly offres: readonly { readonly nom: string; readonly domaines: readonly string[] }[];
  readonly domaine: string | undefined;
  readonly periode: Periode;
  readonly width: number;
  readonly now: Date;
};

type Ligne = Effectif & { readonly offre: string };

const mesures = [
  'inventaire',
  'publiables',
  'publiees',
  'listeRouge',
  'creees',
  'supprimees',
  'apparues',
  'disparues',
] as const;

type Mesures = Readonly<Record<(typeof mesures)[number], number>>;

export async function writePanorama(
  pool: Pool,
  options: PanoramaOptions,
  write: (chunk: string) => Promise<void>,
): Promise<void> {
  const lignes = await transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read read only');
    return readLignes(client, options);
  });
  await write(formats[options.format](options, lignes));
}

async function readLignes(db: Db, options: PanoramaOptions): Promise<Ligne[]> {
  const offreDe = new Map(
    options.offres.flatMap(({ nom, domaines }) =>
      domaines.map((domaine) => [domaine, nom] as const),
    ),
  );
  const effectifs = await countEffectifs(db, options.domaines, options.periode);
  return effectifs
    .filter(({ domaine }) => options.domaine === undefined || domaine === options.domaine)
    .map((effectif) => ({ ...effectif, offre: offreDe.get(effectif.domaine) ?? options.operateur }))
    .sort(
      (x, y) =>
        comparer(x.offre, y.offre) ||
        comparer(x.domaine, y.domaine) ||
        comparer(x.typeBal, y.typeBal),
    );
}

function comparer(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}

const formats: Readonly<
  Record<PanoramaOptions['format'], (options: PanoramaOptions, lignes: readonly Ligne[]) => string>
> = { table: enTable, csv: enCsv, json: enJson };

function enCsv(_: PanoramaOptions, lignes: readonly Ligne[]): string {
  const rows = lignes.map((ligne) => [
    ligne.offre,
    ligne.domaine,
    ligne.typeBal,
    ...mesures.map((mesure) => String(ligne[mesure])),
  ]);
  return `\ufeff${[['offre', 'domaine', 'typeBal', ...mesures], ...rows]
    .map((row) => `${row.map(csvCell).join(';')}\r\n`)
    .join('')}`;
}

function enJson(options: PanoramaOptions, lignes: readonly Ligne[]): string {
  const document = {
    version: 1,
    genereLe: options.now.toISOString(),
    operateur: options.operateur,
    depuis: options.periode.depuis.toISOString(),
    jusqua: options.periode.jusqua.toISOString(),
    total: totaliser(lignes),
    offres: parOffre(lignes).map(([offre, siennes]) => ({
      offre,
      total: totaliser(siennes),
      lignes: siennes.map((ligne) => ({ ...ligne, offre: undefined })),
    })),
  };
  return `${JSON.stringify(document)}\n`;
}

function parOffre(lignes: readonly Ligne[]): [string, Ligne[]][] {
  const offres = new Map<string, Ligne[]>();
  for (const ligne of lignes) offres.set(ligne.offre, [...(offres.get(ligne.offre) ?? []), ligne]);
  return [...offres];
}

function totaliser(lignes: readonly Mesures[]): Mesures {
  const somme = (mesure: (typeof mesures)[number]): number =>
    lignes.reduce((total, ligne) => total + ligne[mesure], 0);
  return {
    inventaire: somme('inventaire'),
    publiables: somme('publiables'),
    publiees: somme('publiees'),
    listeRouge: somme('listeRouge'),
    creees: somme('creees'),
    supprimees: somme('supprimees'),
    apparues: somme('apparues'),
    disparues: somme('disparues'),
  };
}

const domainesMax = 30;

function enTable(options: PanoramaOptions, lignes: readonly Ligne[]): string {
  const { depuis, jusqua } = options.periode;
  const dernier = new Date(jusqua.getTime() - 1);
  const cells = (valeurs: Mesures): string[] =>
    mesures.map((mesure) => formatNombre(valeurs[mesure]));
  const rows = parOffre(lignes).flatMap(([offre, siennes]) => [
    [printable(offre), '', ...cells(totaliser(siennes))],
    ...siennes
      .slice(0, domainesMax)
      .map((ligne) => [`  ${printable(ligne.domaine)}`, ligne.typeBal || '?', ...cells(ligne)]),
    ...(siennes.length > domainesMax
      ? [[`  … et ${siennes.length - domainesMax} autres lignes (--format csv)`, '']]
      : []),
  ]);
  return lines([
    `Panorama des offres de ${printable(options.operateur)}, mouvements du ${formatDate(depuis)} au ${formatDate(dernier)}`,
    '',
    ...grid(
      [
        [
          'Offre et domaine',
          'Type',
          'Hébergées',
          'Publiables',
          'Publiées',
          'L. rouge',
          'Créées',
          'Suppr.',
          'Apparues',
          'Disparues',
        ],
        ...rows,
        ['Total', '', ...cells(totaliser(lignes))],
      ],
      pageWidth(options.width),
      2,
    ),
    'Créées, supprimées : dans l’inventaire. Apparues, disparues : dans les extractions de l’Annuaire.',
  ]);
}
