// The use of the interfaces, for a terminal.
import { libellesOperation } from '../../domain/interface-annuaire.js';
import { isRequete } from '../../domain/usage-interface.js';
import { formatDate, formatNombre, grid, pageWidth, printable, wrap } from '../layout.js';
import type { Observation, UsageInterface, UsageOperation, UsagePas } from './modele.js';

export function interfacesLines(
  { operateur, width }: { readonly operateur: string; readonly width: number },
  interfaces: readonly UsageInterface[],
  { premierJour, dernierJour, jours }: Observation,
): string[] {
  const page = pageWidth(width);
  const titre = `Interfaces de l’Annuaire utilisées par ${printable(operateur)}, du ${jourFr(premierJour)} au ${jourFr(dernierJour)}`;
  if (jours === 0) {
    return [titre, '', ...wrap('Rien n’a encore été compté sur cette période.', page, '')];
  }
  return [
    ...wrap(
      `${titre} (${formatNombre(jours)} ${jours > 1 ? 'jours observés' : 'jour observé'})`,
      page,
      '',
    ),
    '',
    ...interfaces.flatMap((une) => [...uneInterface(une, page), '']),
    ...wrap(
      'Comptés au moment où chaque demande est partie, et gardés quand les traces sont purgées. Par jour, par semaine, par mois : ' +
        'moyennes sur les jours observés. Échecs : refus, pannes, coupures et silences du serveur.',
      page,
      '',
    ),
  ];
}

function uneInterface(une: UsageInterface, page: number): string[] {
  const { reference, libelle, finalite, operations } = une;
  const titre = [reference, libelle].filter((text) => text !== '').join(' · ');
  const tete = [titre, ...wrap(finalite, page, '  ')];
  if (operations.length === 0) return [...tete, '  Réglée, jamais utilisée sur cette période.'];
  const instants = operations.flatMap(({ premierLe, dernierLe }) => [premierLe, dernierLe]);
  const extremes = instants.map((at) => at.getTime());
  const [premier, dernier] = [Math.min(...extremes), Math.max(...extremes)];
  const hotes = [...new Set(operations.map(({ hote }) => hote))];
  const rows = operations.map((operation) => uneOperation(operation, hotes.length > 1));
  return [
    ...tete,
    ...wrap(
      `${hotes.map(nommerHote).join(', ')} ; premier usage le ${formatDate(new Date(premier))}, dernier le ${formatDate(new Date(dernier))}` +
        (une.estReglee ? '' : ' ; plus réglée aujourd’hui'),
      page,
      '  ',
    ),
    ...grid([entete, ...rows], page - 2, 1).map((line) => `  ${line}`),
  ];
}

const entete = [
  ...['Opération', 'Total', 'Réussies', 'Inchangées', 'Échecs'],
  ...['Par jour', 'Par sem.', 'Par mois', 'Volume'],
];

function uneOperation(une: UsageOperation, estNomme: boolean): string[] {
  const nom = libellesOperation[une.operation];
  return [
    estNomme ? `${nom} (${nommerHote(une.hote)})` : nom,
    ...[une.nombre, une.reussites, une.inchanges, une.echecs].map(formatNombre),
    ...[une.parJour, une.parSemaine, une.parMois].map(moyenne),
    volumeDe(une),
  ];
}

export function detailLines(detail: readonly UsagePas[], width: number): string[] {
  const rows = detail.map((un) => [
    un.periode,
    un.source === '' ? un.interface : un.source,
    libellesOperation[un.operation],
    ...[un.nombre, un.reussites, un.inchanges, un.echecs].map(formatNombre),
    volumeDe(un),
  ]);
  const titres = [
    'Période',
    'Interface',
    'Opération',
    'Total',
    'Réussies',
    'Inch.',
    'Échecs',
    'Volume',
  ];
  return ['', ...grid([titres, ...rows], pageWidth(width), 3)];
}

function nommerHote(hote: string): string {
  return hote === '' ? 'fichier remis autrement' : printable(hote);
}

function volumeDe({ operation, volume }: Pick<UsageOperation, 'operation' | 'volume'>): string {
  if (operation === 'chargement') return `${formatNombre(volume)} lignes`;
  return isRequete(operation) && volume > 0 ? octets(volume) : '';
}

const unites = ['o', 'Kio', 'Mio', 'Gio', 'Tio'];

function octets(volume: number): string {
  const rang = Math.min(unites.length - 1, Math.floor(Math.log2(volume) / 10));
  const valeur = volume / 1024 ** rang;
  return `${deuxChiffres.format(valeur)} ${unites[rang] ?? 'o'}`;
}

const deuxChiffres = new Intl.NumberFormat('fr-FR', { maximumSignificantDigits: 3 });

function moyenne(value: number): string {
  return value === 0 ? '0' : value < 0.01 ? '< 0,01' : deuxChiffres.format(value);
}

function jourFr(jour: string): string {
  return formatDate(new Date(`${jour}T12:00:00Z`));
}
