// The pages of /demande on a real server, with the simulated Pro Santé Connect beside it.
import type { Pool } from '../../src/db/pool.js';
import { parseRpps } from '../../src/domain/identifiers.js';
import { Fournisseur } from '../../src/web/connexion/fournisseur.js';
import { createEcranConnexion } from '../../src/web/demande/connexion/ecran.js';
import type { LienOptions } from '../../src/web/demande/connexion/options.js';
import { createDemande, type PageDemande } from '../../src/web/demande/demande.js';
import { Pages } from '../../src/web/page/pages.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import {
  clientId,
  clientSecret,
  startTestIdentityProvider,
  type FaultyIdentityProvider,
} from './identity-provider.js';
import { webSettings } from './web-server.js';

export type DemandeServer = {
  readonly url: string;
  readonly provider: FaultyIdentityProvider;
  /** Written to the journal of the service. */
  readonly lines: string[];
  close(): Promise<void>;
};

export type DemandeServerOptions = {
  readonly pool: Pool;
  readonly now?: () => Date;
  readonly ecrans?: readonly PageDemande[];
  readonly hasPsc?: boolean;
  readonly lien?: Omit<LienOptions, 'urlPublique'>;
  /** Of one exchange with the provider. */
  readonly reponseMs?: number;
};

/** An address of this machine that no other test uses: ours must be known before the server listens. */
function ownAddress(): string {
  const [high, low] = [process.pid >> 8, process.pid & 0xff];
  return `127.${1 + ((high >> 8) % 250)}.${high & 0xff}.${low}`;
}

let serverCount = 0;

export async function startDemandeServer(options: DemandeServerOptions): Promise<DemandeServer> {
  const { pool, now = () => new Date(), ecrans = [espaceEssai], hasPsc = true } = options;
  const host = ownAddress();
  const port = 8_500 + serverCount++;
  const url = `http://${host}:${port}`;
  const urlPublique = new URL(url);
  const provider = await startTestIdentityProvider({
    redirectUris: [`${url}/demande/retour`],
    postLogoutRedirectUris: [`${url}/demande/deconnecte`],
  });
  const lines: string[] = [];
  const report = (line: string): void => void lines.push(line);
  const essai = parseRpps('10000000033');
  const connexion = createEcranConnexion({
    pool,
    psc: hasPsc ? makePsc(provider, url, options.reponseMs ?? 10_000) : undefined,
    identitesDEssai: new Map(essai ? [['ANS20240101000000', essai]] : []),
    lien: options.lien && { ...options.lien, urlPublique },
    now,
    report,
  });
  const { plugin } = createDemande({
    pages: new Pages({ operateur: 'GIP Santé Exemple', contact: 'support@exemple.fr' }),
    db: pool,
    urlPublique,
    isTls: false,
    now,
    report,
    session: { inactiviteMs: 30 * 60_000, dureeMs: 4 * 3_600_000 },
    formActions: [new URL(provider.issuer).origin],
    ecrans: [connexion, ...ecrans],
  });
  const server = new WebServer({
    settings: { ...webSettings, host, port },
    report,
    plugins: [createStatique(), plugin],
  });
  await server.start();
  return {
    url,
    provider,
    lines,
    close: async () => {
      await server.stop();
      await provider.close();
    },
  };
}

function makePsc(provider: FaultyIdentityProvider, url: string, reponseMs: number): Fournisseur {
  return new Fournisseur({
    nom: 'Pro Santé Connect',
    reglage: 'professionnels.psc',
    decouverte: new URL(provider.discovery),
    emetteur: provider.issuer,
    clientId,
    methode: { genre: 'basic', secret: clientSecret },
    portees: 'openid scope_all',
    acrDemandes: ['eidas1'],
    acrAcceptes: new Set(['eidas1', 'eidas2']),
    adresseRetour: new URL(`${url}/demande/retour`),
    adresseApresDeconnexion: new URL(`${url}/demande/deconnecte`),
    connexionMs: 10_000,
    reponseMs,
    reponseOctetsMax: 524_288,
    decouverteFraicheMs: 3_600_000,
    proxy: undefined,
    ca: [],
  });
}

/** What a signed-in professional sees, before the pages that are for him. */
const espaceEssai: PageDemande = (app, espace) => {
  app.get('/bals', { config: { acces: 'professionnel' } }, (request, reply) => {
    const { nom, rpps, moyen } = espace.who(request);
    return espace.show(request, reply, {
      gabarit: 'message',
      status: 200,
      titre: 'Vos boîtes aux lettres',
      donnees: { message: `${nom}, ${rpps}, par ${moyen}` },
    });
  });
};
