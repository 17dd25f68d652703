// What the simulator shows of itself: a page for people, its state for tests, its extraction.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiKey } from './api-key.js';
import { unauthenticated } from './refusal.js';
import { toAnswer } from './answer.js';
import type { RequestCounts } from './server.js';
import type { Simulator } from './simulator.js';

export type PagesOptions = {
  readonly apiKey: string;
  readonly counts: () => RequestCounts;
  /** Sends the zip of a publication, once its minute has come if it is patient, or fails without having begun. */
  readonly publish: (
    openOutput: (name: string) => ServerResponse,
    isPatient: boolean,
  ) => Promise<void>;
};

export type Pages = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

export function createPages(simulator: Simulator, options: PagesOptions): Pages {
  const key = new ApiKey(options.apiKey);
  let isPublishing = false;
  const publish = async (response: ServerResponse, isPatient: boolean): Promise<void> => {
    if (isPublishing) {
      sendText(response, 503, 'Une extraction est déjà en cours.\n', { 'retry-after': '5' });
      return;
    }
    isPublishing = true;
    try {
      await options.publish((name) => startZip(response, name), isPatient);
    } catch {
      // Begun: only a cut tells the reader that what he has is not whole.
      if (response.headersSent) response.destroy();
      else sendText(response, 500, "L'extraction n'a pas pu être préparée : voir le journal.\n");
    } finally {
      isPublishing = false;
    }
  };
  return (request, response, url) => {
    // Without a query, the root is a page; with one, it is a search (swagger, GET /).
    const isHome = url.pathname === '/' && url.searchParams.size === 0;
    if (request.method !== 'GET' || !(isHome || url.pathname.startsWith('/_simulation/'))) {
      return false;
    }
    if (isHome) {
      sendText(response, 200, homePage(simulator), { 'content-type': 'text/html; charset=utf-8' });
    } else if (!isAllowed(request, key)) {
      const { status, headers, body } = toAnswer(unauthenticated());
      sendText(response, status, body, headers);
    } else if (url.pathname === '/_simulation/etat') {
      const state = describeState(simulator, options.counts(), url.searchParams.get('adresse'));
      sendText(response, 200, `${JSON.stringify(state)}\n`, { 'content-type': 'application/json' });
    } else if (url.pathname === '/_simulation/extraction') {
      void publish(response, url.searchParams.get('attendre') !== 'non');
    } else {
      sendText(response, 404, 'Pages : /_simulation/etat, /_simulation/extraction\n');
    }
    return true;
  };
}

/** From this machine anybody may look; from elsewhere the key is asked for. */
function isAllowed({ headers, socket }: IncomingMessage, key: ApiKey): boolean {
  const adresse = (socket.remoteAddress ?? '').replace(/^::ffff:/u, '');
  return adresse.startsWith('127.') || adresse === '::1' || key.accepts(headers['esante-api-key']);
}

function startZip(response: ServerResponse, name: string): ServerResponse {
  response.writeHead(200, {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name}.zip"`,
  });
  return response;
}

function sendText(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const data = Buffer.from(body);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': String(data.length),
  });
  response.end(data);
}

/** A test that wants more asks address by address. */
const adressesMax = 10_000;

/** JSON of `/_simulation/etat`: its keys are part of the interface (docs/simulateur.md). */
export function describeState(
  { state, seed, journalBytes, structures }: Simulator,
  counts: RequestCounts,
  adresse: string | null,
): object {
  const tallies = [...state.tallies()];
  const kept =
    adresse === null
      ? tallies.slice(0, adressesMax)
      : tallies.filter(([known]) => known === adresse.toLowerCase());
  return {
    simulation: true,
    semis: { extraction: seed.version, genereLe: seed.genereLe ?? null },
    bals: state.balCount,
    porteurs: state.porteurCount,
    structures: structures.knownCount,
    patchs: state.patchCount,
    operations: state.totals,
    adresses: Object.fromEntries(kept),
    adressesCount: tallies.length,
    requetes: counts.requests,
    statuts: Object.fromEntries(counts.statuses),
    fautes: Object.fromEntries(counts.faults),
    journalOctets: journalBytes,
  };
}

function homePage({ state, seed, lookups }: Simulator): string {
  const formatCount = (value: number): string => value.toLocaleString('fr-FR');
  return `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Simulateur de l'API d'alimentation</title></head>
<body style="font-family:sans-serif;max-width:46em;margin:2em auto;line-height:1.5">
<h1>Ceci est une simulation</h1>
<p><strong>Rien de ce qui est envoyé ici n'atteint l'Annuaire Santé.</strong> Ce serveur imite le projet d'API
d'alimentation des BAL MSSanté (« API FHIR MSS », juin 2026), que l'ANS n'a pas encore ouverte.</p>
<ul>
<li>Dialecte : ${lookups.dialect.name}</li>
<li>Point de départ : ${seed.version.replace(/[<>&"]/gu, '')}</li>
<li>${formatCount(state.balCount)} BAL sur ${formatCount(state.porteurCount)} porteurs</li>
<li>${formatCount(state.patchCount)} PATCH appliqués : ${formatCount(state.totals.insert)} ajouts,
${formatCount(state.totals.replace)} modifications, ${formatCount(state.totals.delete)} suppressions</li>
</ul>
<p>Requêtes : <code>PATCH /Practitioner</code>, <code>/PractitionerRole</code>, <code>/Organization</code>, avec l'en-tête
<code>ESANTE-API-KEY</code> ; lectures par <code>GET</code>. Pour voir : <a href="/_simulation/etat">état</a>,
<a href="/_simulation/extraction">extraction de l'annuaire simulé</a>. Mode d'emploi : docs/simulateur.md.</p>
</body></html>
`;
}
