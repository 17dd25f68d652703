// What the machine gives the program: its version of Node.js, its memory, its limits, its disk (pure).
import { attention, bon, faute, type Constatation } from './controle.js';

const gib = 1024 ** 3;

export type FaitsMachine = {
  /** `v20.15.0` */
  readonly node: string;
  /** As package.json asks: `>=20.15`. */
  readonly nodeVoulu: string;
  readonly memoireTotale: number;
  /** Soft limit of open files; undefined where the system does not tell. */
  readonly fichiersMax: number | undefined;
  readonly fuseau: string;
};

export function jugerNode({ node, nodeVoulu }: FaitsMachine): Constatation[] {
  const [majeure = 0, mineure = 0] = nombres(node);
  const [voulue = 0, mineureVoulue = 0] = nombres(nodeVoulu);
  const suffit = majeure > voulue || (majeure === voulue && mineure >= mineureVoulue);
  return [
    suffit
      ? bon(`Node.js ${node}`)
      : faute(
          `Node.js ${node} est trop ancien`,
          `Installez Node.js ${nodeVoulu.replace('>=', '')} ou plus récent.`,
        ),
  ];
}

function nombres(version: string): number[] {
  return (version.match(/\d+/gu) ?? []).map(Number);
}

/** A national load holds 200 MiB, the LDAP mirror and PostgreSQL the rest (docs/ldap.md). */
const memoireMin = 2 * gib;
const memoireConseillee = 4 * gib;

export function jugerMemoire({ memoireTotale }: FaitsMachine): Constatation[] {
  const texte = `${enGib(memoireTotale)} de mémoire`;
  if (memoireTotale < memoireMin * 0.9) {
    return [
      faute(texte, 'Il en faut 2 Gio au moins, 4 pour l’Annuaire entier et son miroir LDAP.'),
    ];
  }
  return memoireTotale < memoireConseillee * 0.9
    ? [attention(texte, '4 Gio sont conseillés pour l’Annuaire entier et son miroir LDAP.')]
    : [bon(texte)];
}

const fichiersMin = 1_024;
const fichiersConseilles = 4_096;

/** `connexions`: what the servers of the settings may hold at once. */
export function jugerDescripteurs(
  { fichiersMax }: FaitsMachine,
  connexions: number,
): Constatation[] {
  if (fichiersMax === undefined) return [];
  const voulus = Math.max(fichiersConseilles, connexions + fichiersMin);
  const texte = `${fichiersMax.toLocaleString('fr-FR')} fichiers ouverts permis`;
  const remede = `Le compte en veut ${voulus.toLocaleString('fr-FR')} : « LimitNOFILE=${voulus} » dans l’unité systemd, ou « ulimit -n ${voulus} ».`;
  if (fichiersMax < fichiersMin) return [faute(texte, remede)];
  return fichiersMax < voulus ? [attention(texte, remede)] : [bon(texte)];
}

export function jugerFuseau({ fuseau }: FaitsMachine): Constatation[] {
  return [
    fuseau === 'Europe/Paris'
      ? bon('fuseau Europe/Paris')
      : bon(`fuseau ${fuseau} : sans effet, le programme compte en heure de Paris`),
  ];
}

export type FaitsDossier = {
  readonly chemin: string;
  /** Undefined: it cannot be looked at. */
  readonly libres: number | undefined;
  readonly inodesLibres: number | undefined;
  /** Of a file that was written there, then removed; undefined: it went well. */
  readonly echecEcriture: string | undefined;
  /** Anybody of the machine may write there. */
  readonly estOuvertATous: boolean;
};

/** Measured on the whole country: 3 GiB of downloads and temporary files beside 6 GiB of base that a load may double. */
const disqueMin = 5 * gib;
const disqueConseille = 15 * gib;
const inodesMin = 10_000;

export function jugerDossier(faits: FaitsDossier): Constatation[] {
  const { chemin, libres, inodesLibres, echecEcriture, estOuvertATous } = faits;
  if (echecEcriture !== undefined) {
    return [
      faute(
        `${chemin} : écriture impossible (${echecEcriture})`,
        'Donnez ce dossier au compte du programme (chown), libérez de la place, ou changez « dataDir ».',
      ),
    ];
  }
  return [
    jugerPlace(chemin, libres ?? 0),
    ...(inodesLibres !== undefined && inodesLibres < inodesMin
      ? [
          faute(
            `${chemin} : ${inodesLibres} inodes libres`,
            'Supprimez les petits fichiers inutiles de ce disque.',
          ),
        ]
      : []),
    ...(estOuvertATous
      ? [
          attention(
            `${chemin} : tous les comptes de la machine peuvent y écrire`,
            `« chmod o-w ${chemin} ».`,
          ),
        ]
      : []),
  ];
}

function jugerPlace(chemin: string, libres: number): Constatation {
  const texte = `${chemin} : ${enGib(libres)} libres`;
  const remede =
    'Un chargement de l’Annuaire entier en veut 15 : libérez de la place, ou agrandissez le disque.';
  if (libres < disqueMin) return faute(texte, remede);
  return libres < disqueConseille ? attention(texte, remede) : bon(texte);
}

export function enGib(octets: number): string {
  return `${(octets / gib).toLocaleString('fr-FR', { maximumFractionDigits: 1 })} Gio`;
}

export type FichierSensible = {
  readonly reglage: string;
  readonly chemin: string;
  /** Permission bits; undefined: it cannot be looked at. */
  readonly mode: number | undefined;
};

/** Other accounts of the machine must not read what opens the feed or the base. */
export function jugerSecrets(fichiers: readonly FichierSensible[]): Constatation[] {
  const ouverts = fichiers.filter(({ mode }) => mode !== undefined && (mode & 0o007) !== 0);
  const chemins = [...new Set(ouverts.map(({ chemin }) => chemin))];
  if (chemins.length === 0) return [bon(`${fichiers.length} secrets à l’abri des autres comptes`)];
  return chemins.map((chemin) => {
    const siens = ouverts.filter((un) => un.chemin === chemin).map(({ reglage }) => reglage);
    return attention(
      `${chemin} est lisible par tous les comptes, et contient ${siens.slice(0, 3).join(', ')}${siens.length > 3 ? '…' : ''}`,
      `« chmod 640 ${chemin} », avec le groupe du compte du programme.`,
    );
  });
}
