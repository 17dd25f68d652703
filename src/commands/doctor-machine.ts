// What `doctor` sees of the machine: read here, judged in src/diagnostic.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { Controle } from '../diagnostic/controle.js';
import {
  jugerDescripteurs,
  jugerDossier,
  jugerFuseau,
  jugerMemoire,
  jugerNode,
  jugerSecrets,
  type FaitsDossier,
  type FaitsMachine,
} from '../diagnostic/machine.js';
import { messageOf } from '../errors.js';

/** As package.json says. */
const nodeVoulu = '>=20.15';

export function controlesMachine(settings: Settings): Controle[] {
  const { dataDir, ldap, web } = settings;
  const connexions = ldap.server.limits.connectionsMax + web.connectionsMax;
  const sur = (
    code: string,
    nom: string,
    verifier: (faits: FaitsMachine) => ReturnType<typeof jugerNode>,
  ): Controle => ({
    rubrique: 'Machine',
    code,
    nom,
    verifier: async () => verifier(await lireMachine()),
  });
  return [
    {
      rubrique: 'Réglages',
      code: 'secrets',
      nom: 'secrets',
      verifier: async () => jugerSecrets(await lireSecrets(settings)),
    },
    sur('node', 'version de Node.js', jugerNode),
    sur('memoire', 'mémoire', jugerMemoire),
    sur('descripteurs', 'fichiers ouverts', (faits) => jugerDescripteurs(faits, connexions)),
    sur('fuseau', 'fuseau horaire', jugerFuseau),
    {
      rubrique: 'Machine',
      code: 'disque',
      nom: 'dossier des données',
      verifier: async () => jugerDossier(await lireDossier(dataDir)),
    },
  ];
}

async function lireMachine(): Promise<FaitsMachine> {
  return {
    node: process.version,
    nodeVoulu,
    memoireTotale: await memoirePermise(),
    fichiersMax: await fichiersPermis(),
    fuseau: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** What a container or a systemd unit leaves us, when that is less than the machine has. */
async function memoirePermise(): Promise<number> {
  const text = await readFile('/sys/fs/cgroup/memory.max', 'utf8').catch(() => '');
  const limite = Number(text.trim());
  return Number.isInteger(limite) && limite > 0 ? Math.min(limite, totalmem()) : totalmem();
}

async function fichiersPermis(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/mu.exec(text)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

async function lireSecrets({
  secrets,
  web,
  ldap,
}: Settings): Promise<{ reglage: string; chemin: string; mode: number | undefined }[]> {
  // That of the simulator guards nothing, and has a default.
  const vrais = secrets.filter(({ reglage }) => !reglage.startsWith('simulateur.'));
  const cles = [
    ...(web.tls ? [{ reglage: 'web.tls.cle', chemin: web.tls.key }] : []),
    ...(ldap.server.tls ? [{ reglage: 'ldap.tls.cle', chemin: ldap.server.tls.key }] : []),
  ];
  return Promise.all(
    [...vrais, ...cles].map(async (un) => ({
      ...un,
      mode: (await stat(un.chemin).catch(() => undefined))?.mode,
    })),
  );
}

/** The folder is made when it is missing, as the first command would. */
export async function lireDossier(chemin: string): Promise<FaitsDossier> {
  const echecEcriture = await essayerEcriture(chemin);
  const place = await statfs(chemin).catch(() => undefined);
  const etat = await stat(chemin).catch(() => undefined);
  return {
    chemin,
    echecEcriture,
    libres: place && place.bavail * place.bsize,
    // Some file systems count none.
    inodesLibres: place && place.files > 0 ? place.ffree : undefined,
    estOuvertATous: etat !== undefined && (etat.mode & 0o002) !== 0,
  };
}

const essaiOctets = 4_096;

async function essayerEcriture(chemin: string): Promise<string | undefined> {
  const essai = join(chemin, `.doctor-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(chemin, { recursive: true });
    await writeFile(essai, Buffer.alloc(essaiOctets), { flag: 'wx', flush: true });
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await rm(essai, { force: true }).catch(() => undefined);
  }
}
