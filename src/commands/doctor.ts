// `doctor`: looks at each part of an installation and says what to mend.
import type { Command } from 'commander';
import { loadSettings } from '../config/load-settings.js';
import type { Settings } from '../config/settings.js';
import { createDispatcher } from '../net/dispatcher.js';
import { requestBounded } from '../net/bounded-request.js';
import { executer, faute, type Controle, type ResultatControle } from '../diagnostic/controle.js';
import { controlerEcoute } from '../diagnostic/ecoute.js';
import { jugerCertificats, jugerSignataires, jugerSystemd } from '../diagnostic/exploitation.js';
import { readServedTls } from '../net/served-certificate.js';
import { UsageError } from '../errors.js';
import { lines } from '../report/layout.js';
import { lireCertificats } from './certificats.js';
import { globalOptions, print, type CommandContext } from './context.js';
import { peindreSur } from './couleurs.js';
import { controlesBase } from './doctor-base.js';
import { comptePar, ecranDoctor } from './doctor-ecran.js';
import { estLdap } from './doctor-ldap.js';
import { controlesMachine } from './doctor-machine.js';
import { lireUnite } from './doctor-systemd.js';
import { sondes } from './doctor-sondes.js';
import { parseCount } from './option-values.js';
import type { Surroundings } from './program.js';

type Options = { readonly horsLigne: boolean; readonly delai: number };

export function registerDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('vérifie toute l’installation, et dit quoi corriger')
    .option('--hors-ligne', 'ne joint aucun serveur hors de cette machine', false)
    .option('--delai <secondes>', 'pour chaque contrôle', parseCount, 15)
    .addHelpText(
      'after',
      `
✓ rien à faire, ! à corriger un jour, ✗ ne marche pas. Code de sortie : 1 s'il y a un ✗, sinon 0.
Rien n'est téléchargé ni changé ; une base privée arrêtée est démarrée le temps du contrôle (docs/diagnostic.md).`,
    )
    .action(async (options: Options, command: Command) => {
      const { config, json } = globalOptions(command);
      const { surroundings } = context;
      const resultats = await diagnostiquer(config, options, surroundings, json);
      const { faute: fautes } = comptePar(resultats);
      if (fautes > 0) context.setExitCode(1);
      if (json) {
        print(context, true, { sain: fautes === 0, controles: resultats }, () => '');
        return;
      }
      const { out, env } = surroundings;
      const peindre = peindreSur(out, env);
      out.write(lines(ecranDoctor(resultats, out.columns ?? 100, peindre)));
    });
}

async function diagnostiquer(
  config: string,
  { horsLigne, delai }: Options,
  surroundings: Surroundings,
  isJson: boolean,
): Promise<ResultatControle[]> {
  const settings = lireReglages(config, surroundings.env);
  if (Array.isArray(settings)) return settings;
  const controles = composer(settings, surroundings, isJson);
  return [
    {
      rubrique: 'Réglages',
      code: 'reglages',
      nom: 'fichier de réglages',
      constatations: [
        {
          etat: 'bon',
          texte: `${settings.configPath} est valide, ${settings.operateur.domaines.length} domaines`,
          remede: '',
        },
      ],
    },
    ...(await executer(
      controles.filter(({ estReseau }) => !horsLigne || estReseau !== true),
      { delaiMs: Math.max(1, delai) * 1_000, signal: surroundings.signal },
    )),
  ];
}

/** The settings, or each of their faults: nothing else can be looked at then. */
function lireReglages(config: string, env: NodeJS.ProcessEnv): Settings | ResultatControle[] {
  try {
    return loadSettings(config, env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [premiere = '', ...fautes] = error.message.split('\n');
    const constatations =
      fautes.length === 0
        ? [faute(premiere.replace(/\.$/u, ''), '')]
        : fautes.map((ligne) =>
            faute(ligne.replace(/^\s*- /u, ''), `Corrigez ce réglage dans ${config}.`),
          );
    return [{ rubrique: 'Réglages', code: 'reglages', nom: 'fichier de réglages', constatations }];
  }
}

function composer(settings: Settings, surroundings: Surroundings, isJson: boolean): Controle[] {
  const { now, env, err } = surroundings;
  const report = (message: string): void => {
    if (!isJson) err.write(`${message}\n`);
  };
  const { listeBlanche, sources } = settings;
  return [
    ...controlesMachine(settings),
    ...controlesBase(settings, now, report),
    ...controlesCertificats(settings, now),
    ...controlesEcoute(settings),
    ...sondes(settings, now),
    {
      rubrique: 'Exploitation',
      code: 'signataires',
      nom: 'signature de la liste blanche',
      verifier: () =>
        Promise.resolve(
          sources['liste-blanche'].actif
            ? jugerSignataires(listeBlanche.isSignatureRequired, listeBlanche.signataires.length)
            : [],
        ),
    },
    {
      rubrique: 'Exploitation',
      code: 'systemd',
      nom: 'systemd',
      verifier: async () => jugerSystemd(await lireUnite(env)),
    },
  ];
}

function controlesCertificats(settings: Settings, now: () => Date): Controle[] {
  const servis = [
    ...(settings.web.tls ? [['web', settings.web.tls] as const] : []),
    ...(settings.ldap.server.tls ? [['ldap', settings.ldap.server.tls] as const] : []),
  ];
  return [
    {
      rubrique: 'Certificats',
      code: 'certificats',
      nom: 'dates des certificats',
      verifier: () => Promise.resolve(jugerCertificats(lireCertificats(settings, now()))),
    },
    ...servis.map(([section, files]): Controle => ({
      rubrique: 'Certificats',
      code: `certificat.${section}`,
      nom: `certificat du serveur ${section}`,
      // Throws what is wrong with the pair: its key, its strength, its form.
      verifier: () =>
        Promise.resolve().then(() => {
          readServedTls(files, section);
          return [
            {
              etat: 'bon',
              texte: `${section} : la clé est celle du certificat`,
              remede: '',
            } as const,
          ];
        }),
    })),
  ];
}

function controlesEcoute({ web, ldap }: Settings): Controle[] {
  const places = [
    { nom: 'web', host: web.host, port: web.port, estANous: () => estWeb(web) },
    ...ldap.server.listeners.map(({ host, port, isLdaps }) => ({
      ...{ nom: 'ldap', host, port },
      // Only a server in clear can be asked without knowing its name.
      estANous: () => (isLdaps ? Promise.resolve(false) : estLdap(host, port)),
    })),
  ];
  return places
    .filter(({ port }) => port !== 0)
    .map(({ estANous, ...place }) => ({
      rubrique: 'Écoute',
      code: `ecoute.${place.nom}.${place.port}`,
      nom: `port ${place.port}`,
      verifier: () => controlerEcoute(place, estANous),
    }));
}

const santeOctetsMax = 65_536;

/** Asked over the loopback: a certificate is for other names, and who holds the port is all that is asked. */
async function estWeb({ host, port, tls }: Settings['web']): Promise<boolean> {
  // Only a server in clear can be asked without knowing its name.
  if (tls) return false;
  const dispatcher = createDispatcher({
    ...{ connectTimeoutMs: 2_000, headersTimeoutMs: 2_000, bodyTimeoutMs: 2_000 },
  });
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  try {
    const { body } = await requestBounded(
      {
        url: new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}/healthz`),
        method: 'GET',
        headers: {},
      },
      {
        dispatcher,
        totalMs: 2_000,
        bodyBytesMax: santeOctetsMax,
        hasProxy: false,
        settings: { adresse: 'web.adresse', certificat: 'web.tls', secours: '' },
      },
    );
    return body.toString('utf8') === '{"etat":"ok"}';
  } catch {
    return false;
  } finally {
    await dispatcher.destroy();
  }
}
