// The operations of the draft (swagger « API FHIR MSS »): one URL and method at a time.
import type { IncomingMessage } from 'node:http';
import type { Effet } from './bal-portee.js';
import { parCondition, parId, type PorteurTrouve } from './cible.js';
import { lireOperations } from './operations.js';
import { lireRessource, rechercher } from './recherche.js';
import {
  introuvable,
  isRefus,
  malForme,
  methodeInterdite,
  tropGros,
  typeNonPrisEnCharge,
  type Refus,
} from './refus.js';
import { enFhir, enReponse, type Reponse } from './reponse.js';
import { ecrireEntiere } from './ressource.js';
import type { Simulateur } from './simulateur.js';
import { isRessource, type Ressource } from './systemes.js';

export type ApiOptions = {
  readonly corpsOctetsMax: number;
  readonly now: () => Date;
  /** Says done, does nothing. */
  readonly isMensonge: boolean;
};

export async function repondreApi(
  request: IncomingMessage,
  url: URL,
  simulateur: Simulateur,
  options: ApiOptions,
): Promise<Reponse> {
  const route = lireRoute(url.pathname);
  if (!route) return enReponse(introuvable(url.pathname.slice(0, 200)));
  if (request.method === 'GET') {
    const lue = await lire(route, url, origine(request), simulateur);
    return isRefus(lue) ? enReponse(lue) : enFhir(lue);
  }
  if (request.method === 'PATCH' && route.ressource) {
    return patcher(request, route.ressource, route.id, url, simulateur, options);
  }
  return enReponse(methodeInterdite(route.ressource ? 'GET, PATCH' : 'GET'));
}

type Route = { readonly ressource: Ressource | undefined; readonly id: string | undefined };

/** `/`, `/Practitioner`, `/Practitioner/<id>`. */
function lireRoute(pathname: string): Route | undefined {
  if (pathname === '/') return { ressource: undefined, id: undefined };
  const [, nom = '', id, ...reste] = pathname.split('/');
  if (!isRessource(nom) || reste.length > 0 || id === '') return undefined;
  return { ressource: nom, id };
}

/** Of the links: the client's own way to us. */
function origine({ headers, socket }: IncomingMessage): string {
  const { host } = headers;
  return host !== undefined && /^[\w.:[\]-]{1,255}$/u.test(host)
    ? `http://${host}`
    : `http://${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 0}`;
}

async function lire(
  { ressource, id }: Route,
  url: URL,
  base: string,
  simulateur: Simulateur,
): Promise<object | Refus> {
  if (!ressource || id === undefined) {
    return rechercher(ressource, url.searchParams, base, simulateur);
  }
  const trouve = await parId(ressource, id, simulateur.reperes);
  return isRefus(trouve) ? trouve : lireRessource(trouve.cle, simulateur);
}

async function patcher(
  request: IncomingMessage,
  ressource: Ressource,
  id: string | undefined,
  url: URL,
  simulateur: Simulateur,
  options: ApiOptions,
): Promise<Reponse> {
  if (!isFhirJson(request.headers['content-type'])) return enReponse(typeNonPrisEnCharge());
  const corps = await lireCorps(request, options.corpsOctetsMax);
  if ('kind' in corps) return enReponse(corps);
  const operations = lireOperations(corps.json, ressource);
  if ('kind' in operations) return enReponse(operations);
  const trouve =
    id === undefined
      ? await parCondition(ressource, url.searchParams, simulateur.reperes)
      : await parId(ressource, id, simulateur.reperes);
  if (isRefus(trouve)) return enReponse(trouve);
  // From here on nothing waits: no other request comes between what is read and what is written.
  const fait = simulateur.patch(trouve, operations, options.now(), options.isMensonge);
  if (fait.kind === 'refus') return enReponse(fait);
  const effets = options.isMensonge ? [] : fait.effets.map(direEffet);
  return enFhir(repondre(trouve, fait.bals, simulateur), effets);
}

function repondre(
  { cle }: PorteurTrouve,
  bals: Parameters<typeof ecrireEntiere>[1],
  { etat, reperes }: Simulateur,
): object {
  return ecrireEntiere(cle, bals, reperes, etat.toucheLe(cle));
}

function direEffet(effet: Effet): string {
  return `${effet.k} ${effet.k === 'insert' ? effet.bal.adresse : effet.a}`;
}

function isFhirJson(type: string | undefined): boolean {
  return /^application\/fhir\+json\s*(;\s*charset="?utf-8"?\s*)?$/iu.test(type ?? '');
}

async function lireCorps(
  request: IncomingMessage,
  octetsMax: number,
): Promise<{ readonly json: unknown } | Refus> {
  const morceaux: Buffer[] = [];
  let octets = 0;
  try {
    for await (const morceau of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(morceau)) continue;
      octets += morceau.length;
      if (octets > octetsMax) {
        // The rest is thrown away unread, so that the answer can still be heard.
        request.resume();
        return tropGros(octetsMax);
      }
      morceaux.push(morceau);
    }
    const texte = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(morceaux));
    return { json: JSON.parse(texte) as unknown };
  } catch {
    return malForme('Corps : JSON en UTF-8 attendu');
  }
}
