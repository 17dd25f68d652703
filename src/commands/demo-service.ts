// The end of the demonstration: it stays in service, as a real daemon would.
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Settings } from '../config/settings.js';
import { AppError, codeOf } from '../errors.js';
import { findCompte } from '../store/compte.js';
import { ouvrir } from './comptes-ouverture.js';
import type { CommandContext } from './context.js';
import { runDaemon } from './daemon.js';
import type { OpenProgram } from './program.js';

/** Its first account of the console. */
const compteDemo = 'moi';

/** Throws AppError `DEMO_PORTS_PRIS`, with what to do. */
export async function refuseBusyPorts({ ldap, web }: Settings): Promise<void> {
  const places = [
    ...ldap.server.listeners.map(({ host, port }) => ({ host, port, usage: 'LDAP' })),
    { host: web.host, port: web.port, usage: 'web' },
  ];
  for (const { host, port, usage } of places) {
    if (!(await isBusy(host, port))) continue;
    throw new AppError(
      'DEMO_PORTS_PRIS',
      `Le port ${port} (${usage}) est déjà pris : la démonstration tourne sans doute dans un autre terminal, ou un autre programme s’en sert. ` +
        `Arrêtez-le (Ctrl-C), ou voyez le rapport seul : bin/annuaire-sync demo --sans-service`,
    );
  }
}

function isBusy(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error) === 'EADDRINUSE'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(false)));
  });
}

/** Until Ctrl-C: the daemon, the feed API and Pro Santé Connect simulated beside it. */
export async function stayOn(context: CommandContext, open: OpenProgram): Promise<void> {
  const { out } = context.surroundings;
  const known = await findCompte(open.pool, compteDemo);
  if (known?.motDePasse === undefined) {
    out.write(`\nVotre compte de la console, à activer une fois :\n  `);
    await ouvrir(context, open, {
      nom: compteDemo,
      role: known ? undefined : 'approbateur',
      veutActivation: true,
      input: process.stdin,
    });
  }
  out.write('\nLe service démarre…\n');
  await runDaemon(context, open.settings, {
    json: false,
    auxiliaires: [
      ['simulate', 'feed'],
      ['simulate', 'psc'],
    ],
  });
}

export function nextSteps(dir: string, suppressions: number, staysOn: boolean): string {
  const command = `bin/annuaire-sync -c ${join(dir, 'extractions', 'annuaire-sync.yaml')}`;
  return `
Et maintenant
  Voir de plus près, sur cette démonstration :
    ${command} report --groupe orphan
    ${command} report --format csv --out constats.csv
    ${command} status
${staysOn ? servi(command, suppressions) : aServir(command, suppressions)}
  Passer à vos BAL :
    bin/annuaire-sync config init > annuaire-sync.yaml      puis ouvrez ce fichier : chaque réglage y est expliqué
    bin/annuaire-sync inventory template > inventaire.csv   le modèle de votre inventaire
    bin/annuaire-sync daemon                                le service, comme ici (docs/daemon.md)
    bin/annuaire-sync --help
`;
}

const recherche = `ldapsearch -x -H ldap://127.0.0.1:8389 -b ou=bal,o=mssante,c=fr -z 5 '(&(objectClass=inetOrgPerson)(cn=*mar*))' cn mail`;

function servi(command: string, suppressions: number): string {
  return `  Ce qui suit tourne dès que « Le démon est en service » est écrit ci-dessous, jusqu'à Ctrl-C :
    http://127.0.0.1:8480/console   la console des administrateurs, avec le compte « ${compteDemo} »
    http://127.0.0.1:8480/demande   le site des professionnels ; Pro Santé Connect est simulé
    ldap://127.0.0.1:8389           l'annuaire, pour les carnets d'adresses ; dans un autre terminal (ldapsearch est dans « ldap-utils ») :
      ${recherche}
  Décider des suppressions du plan (${suppressions}) dans la console, ou ici ; le démon les envoie au SIMULATEUR dans les cinq minutes :
    ${command} plan
    ${command} plan approve --kind delete`;
}

function aServir(command: string, suppressions: number): string {
  return `  Faire tourner le service (LDAP, console, site des professionnels, étapes à leur heure) :
    ${command} comptes create ${compteDemo} --role approbateur
    ${command} daemon
    ${recherche}
  Décider des suppressions du plan (${suppressions}), puis les envoyer ; le simulateur tourne dans un autre terminal :
    ${command} plan
    ${command} simulate feed
    ${command} plan approve --kind delete
    ${command} push`;
}
