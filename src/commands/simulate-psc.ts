// One process that plays Pro Santé Connect for invented professionals, until it is told to stop.
import type { Settings } from '../config/settings.js';
import { UsageError } from '../errors.js';
import { isLoopbackUrl } from '../net/loopback.js';
import { realmPath, startIdentityProvider } from '../simulator/identity/identity-provider.js';
import { pscPerson, type Person } from '../simulator/identity/person.js';
import { listTitulairesEssai, type TitulaireEssai } from '../store/titulaires-essai.js';
import type { CommandContext } from './context.js';
import { aborted } from '../net/or-aborted.js';
import type { OpenProgram } from './program.js';

type PscSettings = NonNullable<Settings['professionnels']['psc']>;

/** A page of choices, not a directory. */
const personsMax = 12;

/**
 * Until the signal. Throws UsageError when the settings do not lead here, AppError `IDENTITE_ABSENTE` where oidc-provider was
 * not installed.
 */
export async function simulatePsc(context: CommandContext, open: OpenProgram): Promise<void> {
  const { settings, pool, isJson } = open;
  const { out, signal } = context.surroundings;
  const psc = settings.professionnels.psc;
  if (!psc) throw unset();
  const emetteur = issuerOf(psc);
  const domaines = settings.operateur.domaines.map(({ nom }) => nom);
  const titulaires = await listTitulairesEssai(pool, domaines, personsMax);
  if (titulaires.length === 0) {
    throw new UsageError(
      'AUCUN_TITULAIRE',
      'Aucune BAL PER publiée dans vos domaines : personne ne pourrait se connecter. Chargez d’abord une extraction (« annuaire-sync extract »).',
    );
  }
  const provider = await startIdentityProvider({
    host: emetteur.hostname.replace(/^\[|\]$/gu, ''),
    port: Number(emetteur.port),
    persons: titulaires.map(personOf),
    client: {
      ...authenticationOf(psc),
      redirect_uris: [psc.adresseRetour.href],
      post_logout_redirect_uris: [psc.adresseApresDeconnexion.href],
    },
  });
  const message =
    `Pro Santé Connect SIMULÉ à l'écoute : ${provider.url} (${titulaires.length > 1 ? `${titulaires.length} professionnels inventés` : 'un professionnel inventé'}).\n` +
    `Ouvrez ${new URL('.', psc.adresseRetour).href.replace(/\/$/u, '')}, servi par « annuaire-sync web ». Arrêt : Ctrl-C.`;
  out.write(
    isJson
      ? `${JSON.stringify({ evenement: 'ecoute', url: provider.url, message })}\n`
      : `${message}\n`,
  );
  await aborted(signal);
  await provider.close();
}

function personOf(titulaire: TitulaireEssai): Person {
  const { rpps, prenom, nom, balsIci, balsAilleurs, isHorsStructure } = titulaire;
  const said = [
    `${balsIci} BAL chez vous`,
    ...(balsAilleurs > 0 ? [`${balsAilleurs} ailleurs`] : []),
    ...(isHorsStructure ? ['sans activité connue dans la structure de l’une d’elles'] : []),
  ];
  return {
    ...pscPerson({ idNatPs: `8${rpps}`, prenom, nom }),
    label: `${prenom} ${nom} (${said.join(', ')})`,
  };
}

function issuerOf({ emetteur }: PscSettings): URL {
  const url = new URL(emetteur);
  if (url.protocol !== 'http:' || !isLoopbackUrl(url) || url.pathname !== realmPath) throw unset();
  return url;
}

function authenticationOf({ clientId, methode }: PscSettings): {
  readonly client_id: string;
  readonly client_secret: string;
  readonly token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post';
} {
  if (methode.genre !== 'basic' && methode.genre !== 'post') {
    throw new UsageError(
      'METHODE_NON_SIMULEE',
      'Le simulateur ne connaît que les méthodes « basic » et « post » (professionnels.psc.methode).',
    );
  }
  return {
    client_id: clientId,
    client_secret: methode.secret,
    token_endpoint_auth_method: `client_secret_${methode.genre}`,
  };
}

function unset(): UsageError {
  return new UsageError(
    'PSC_NON_SIMULE',
    `Les réglages ne visent pas un Pro Santé Connect simulé. Mettez, pour un essai seulement :
web: { urlPublique: 'http://127.0.0.1:8480' }
professionnels: { psc: { emetteur: 'http://127.0.0.1:8483${realmPath}', clientId: essai, secret: secret-d-essai-sans-valeur-reelle } }`,
  );
}
