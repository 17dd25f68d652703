// What the simulator shows of itself: a page for people, its state for tests, its extraction.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isCle } from './cle-api.js';
import { nonAuthentifie } from './refus.js';
import { enReponse } from './reponse.js';
import type { Compte } from './serveur.js';
import type { Simulateur } from './simulateur.js';

export type PagesOptions = {
  readonly cleApi: string;
  readonly compte: () => Compte;
  /** Sends the zip of a publication, or fails without having begun. */
  readonly publier: (ouvrir: (nom: string) => ServerResponse) => Promise<void>;
};

export type Pages = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

export function creerPages(simulateur: Simulateur, options: PagesOptions): Pages {
  let isPublication = false;
  const publier = async (response: ServerResponse): Promise<void> => {
    if (isPublication) {
      texte(response, 503, 'Une extraction est déjà en cours.\n', { 'retry-after': '5' });
      return;
    }
    isPublication = true;
    try {
      await options.publier((nom) => commencerZip(response, nom));
    } catch {
      // Begun: only a cut tells the reader that what he has is not whole.
      if (response.headersSent) response.destroy();
      else texte(response, 500, "L'extraction n'a pas pu être préparée : voir le journal.\n");
    } finally {
      isPublication = false;
    }
  };
  return (request, response, url) => {
    // Without a query, the root is a page; with one, it is a search (swagger, GET /).
    const isAccueil = url.pathname === '/' && url.searchParams.size === 0;
    if (request.method !== 'GET' || !(isAccueil || url.pathname.startsWith('/_simulation/'))) {
      return false;
    }
    if (isAccueil) {
      texte(response, 200, accueil(simulateur), { 'content-type': 'text/html; charset=utf-8' });
    } else if (!isPermis(request, options.cleApi)) {
      const { status, headers, corps } = enReponse(nonAuthentifie());
      texte(response, status, corps, headers);
    } else if (url.pathname === '/_simulation/etat') {
      const etat = decrireEtat(simulateur, options.compte(), url.searchParams.get('adresse'));
      texte(response, 200, `${JSON.stringify(etat)}\n`, { 'content-type': 'application/json' });
    } else if (url.pathname === '/_simulation/extraction') {
      void publier(response);
    } else {
      texte(response, 404, 'Pages : /_simulation/etat, /_simulation/extraction\n');
    }
    return true;
  };
}

/** From this machine anybody may look; from elsewhere the key is asked for. */
function isPermis({ headers, socket }: IncomingMessage, cleApi: string): boolean {
  const adresse = (socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
  return (
    adresse.startsWith('127.') || adresse === '::1' || isCle(headers['esante-api-key'], cleApi)
  );
}

function commencerZip(response: ServerResponse, nom: string): ServerResponse {
  response.writeHead(200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${nom}.zip"`,
  });
  return response;
}

function texte(
  response: ServerResponse,
  status: number,
  corps: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const donnees = Buffer.from(corps);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': String(donnees.length),
  });
  response.end(donnees);
}

/** A test that wants more asks address by address. */
const adressesMax = 10_000;

/** JSON of `/_simulation/etat`: its keys are part of the interface (docs/simulateur.md). */
export function decrireEtat(
  { etat, semis, journalOctets, structures }: Simulateur,
  compte: Compte,
  adresse: string | null,
): object {
  const suivis = [...etat.suivis()];
  const gardes =
    adresse === null
      ? suivis.slice(0, adressesMax)
      : suivis.filter(([connue]) => connue === adresse.toLowerCase());
  return {
    simulation: true,
    semis: { extraction: semis.version, genereLe: semis.genereLe ?? null },
    bals: etat.balCount,
    porteurs: etat.porteurCount,
    structures: structures.connueCount,
    patchs: etat.patchCount,
    operations: etat.effectifs,
    adresses: Object.fromEntries(gardes),
    adressesCount: suivis.length,
    requetes: compte.requetes,
    statuts: Object.fromEntries(compte.statuts),
    fautes: Object.fromEntries(compte.fautes),
    journalOctets,
  };
}

function accueil({ etat, semis, reperes }: Simulateur): string {
  const nombre = (valeur: number): string => valeur.toLocaleString('fr-FR');
  return `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Simulateur de l'API d'alimentation</title></head>
<body style="font-family:sans-serif;max-width:46em;margin:2em auto;line-height:1.5">
<h1>Ceci est une simulation</h1>
<p><strong>Rien de ce qui est envoyé ici n'atteint l'Annuaire Santé.</strong> Ce serveur imite le projet d'API
d'alimentation des BAL MSSanté (« API FHIR MSS », juin 2026), que l'ANS n'a pas encore ouverte.</p>
<ul>
<li>Dialecte : ${reperes.dialecte.nom}</li>
<li>Point de départ : ${semis.version.replace(/[<>&"]/gu, '')}</li>
<li>${nombre(etat.balCount)} BAL sur ${nombre(etat.porteurCount)} porteurs</li>
<li>${nombre(etat.patchCount)} PATCH appliqués : ${nombre(etat.effectifs.insert)} ajouts,
${nombre(etat.effectifs.replace)} modifications, ${nombre(etat.effectifs.delete)} suppressions</li>
</ul>
<p>Requêtes : <code>PATCH /Practitioner</code>, <code>/PractitionerRole</code>, <code>/Organization</code>, avec l'en-tête
<code>ESANTE-API-KEY</code> ; lectures par <code>GET</code>. Pour voir : <a href="/_simulation/etat">état</a>,
<a href="/_simulation/extraction">extraction de l'annuaire simulé</a>. Mode d'emploi : docs/simulateur.md.</p>
</body></html>
`;
}
