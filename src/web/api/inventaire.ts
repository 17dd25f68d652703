// The inventory that the mail platform pushes: a whole snapshot (PUT), events (PATCH), and what came of a snapshot.
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ImportRecu } from '../../domain/inventaire-recu.js';
import type { ApiKey } from '../../store/api-key.js';
import { problemObject } from '../problem.js';
import type { ReceptionFolder } from '../reception/folder.js';
import { readPrefer, type Preferences } from '../reception/prefer.js';
import { receive, type ReceptionLimits } from '../reception/receive.js';
import type { InventairePort } from './inventaire-port.js';
import {
  busyInventaire,
  busySource,
  keyInUse,
  keyOfOther,
  problemOf,
  statusOf,
  unknownImport,
} from './inventaire-problems.js';
import {
  mayUse,
  readEventsType,
  readIdempotencyKey,
  readInstantaneLe,
  readSnapshotType,
  readSource,
} from './inventaire-request.js';
import type { Answer, ApiRoute } from './route.js';

export type InventaireOptions = {
  readonly push: InventairePort;
  readonly folder: ReceptionFolder;
  readonly snapshot: ReceptionLimits;
  readonly events: ReceptionLimits;
  /** Longest wait for the end of an import that a client may ask for. */
  readonly waitMaxSeconds: number;
};

/** `prefix`: of the addresses that answers give. */
export function inventaireRoutes(
  options: InventaireOptions,
  now: () => Date,
  prefix: string,
): ApiRoute[] {
  const portee = 'inventaire';
  const put = { method: 'PUT', portee, action: 'recevoir-inventaire', isSlow: true } as const;
  const patch = { method: 'PATCH', portee, action: 'appliquer-evenements', isSlow: true } as const;
  const answerPut: ApiRoute['answer'] = (request, key) =>
    putInstantane({ request, key, ...options, prefix }, now);
  const answerPatch: ApiRoute['answer'] = (request, key) => patchEvenements(request, key, options);
  return [
    ...['/inventaire', '/inventaire/:source'].flatMap((url): ApiRoute[] => [
      { ...put, url, answer: answerPut },
      { ...patch, url, answer: answerPatch },
    ]),
    {
      method: 'GET',
      url: '/inventaire/imports/:id',
      portee,
      action: 'suivre-import',
      answer: ({ params }, key) => readImport(params, key, options.push, prefix),
    },
  ];
}

type Put = InventaireOptions & {
  readonly request: FastifyRequest;
  readonly key: ApiKey;
  readonly prefix: string;
};

async function putInstantane(put: Put, now: () => Date): Promise<Answer> {
  const { request, key, push } = put;
  const source = readSource(request, key, push.sources);
  const type = readSnapshotType(request);
  const recuLe = now();
  const instantaneLe = readInstantaneLe(request, recuLe);
  const prefer = readPrefer(request.headers['prefer']);
  const place = push.reserve(source);
  if (!place) throw busySource(source);
  let fini: Promise<void> = Promise.resolve();
  try {
    const file = await put.folder.receive(request.raw, put.snapshot, type.format);
    const depart = await push.importInstantane({
      source,
      keyId: key.id,
      par: key.nom,
      path: file.path,
      format: type.format,
      octets: file.sizeBytes,
      sha256: file.sha256,
      lecture: { encodage: type.encodage, ignorerFautives: prefer.isLenient },
      recuLe,
      instantaneLe,
    });
    if (depart.kind === 'occupe') throw busySource(source);
    ({ fini } = depart);
    await waitFor(fini, prefer, put.waitMaxSeconds);
    return answerImport(await push.findImport(depart.id), put.prefix, prefer);
  } finally {
    void fini.then(place.release);
  }
}

async function waitFor(
  fini: Promise<void>,
  prefer: Preferences,
  maxSeconds: number,
): Promise<void> {
  const seconds = Math.min(prefer.waitSeconds ?? 0, maxSeconds);
  if (seconds === 0) return;
  const stop = new AbortController();
  const { signal } = stop;
  await Promise.race([fini, delay(seconds * 1_000, undefined, { signal }).catch(() => undefined)]);
  stop.abort();
}

function answerImport(
  recu: ImportRecu | undefined,
  prefix: string,
  { waitSeconds, isLenient }: Preferences,
): Answer {
  if (!recu) throw unknownImport();
  const location = locationOf(recu, prefix);
  const objet = `${recu.source} #${recu.id}`;
  if (recu.probleme && recu.etat !== 'en-cours') {
    const problem = problemOf(recu.probleme, statusOf(recu.etat, recu.probleme.code), location);
    return { problem, trace: { objet, verdict: 'refuse', codes: [recu.probleme.code] } };
  }
  const applied = [
    ...(waitSeconds === undefined ? [] : [`wait=${waitSeconds}`]),
    ...(isLenient ? ['handling=lenient'] : []),
  ];
  const isUnderWay = recu.etat === 'en-cours';
  return {
    status: isUnderWay ? 202 : 200,
    headers: { location, ...(applied.length > 0 && { 'preference-applied': applied.join(', ') }) },
    body: viewImport(recu, prefix),
    trace: { objet, verdict: isUnderWay ? undefined : 'autorise', codes: [] },
  };
}

async function readImport(
  params: unknown,
  key: ApiKey,
  push: InventairePort,
  prefix: string,
): Promise<Answer> {
  const { id } = z.object({ id: z.string() }).parse(params);
  const recu = /^\d{1,15}$/u.test(id) ? await push.findImport(Number(id)) : undefined;
  // Whose import it is says nothing to a key of another source.
  if (!recu || !mayUse(key, recu.source)) throw unknownImport();
  return {
    body: viewImport(recu, prefix),
    trace: { objet: `${recu.source} #${recu.id}`, verdict: undefined, codes: [] },
  };
}

function locationOf({ id }: ImportRecu, prefix: string): string {
  return `${prefix}/inventaire/imports/${id}`;
}

function viewImport(recu: ImportRecu, prefix: string): object {
  const { probleme } = recu;
  const status = probleme ? statusOf(recu.etat, probleme.code) : 0;
  return {
    id: recu.id,
    source: recu.source,
    format: recu.format,
    etat: recu.etat,
    recuLe: recu.recuLe,
    termineLe: recu.termineLe ?? null,
    instantaneLe: recu.instantaneLe ?? null,
    octets: recu.octets,
    sha256: recu.sha256,
    chargement: recu.chargement ?? null,
    compte: recu.compte ?? null,
    avertissements: recu.avertissements,
    probleme: probleme
      ? problemObject(problemOf(probleme, status, locationOf(recu, prefix)))
      : null,
    aAccepter: recu.fichier !== undefined,
    acceptePar: recu.acceptePar ?? null,
  };
}

async function patchEvenements(
  request: FastifyRequest,
  key: ApiKey,
  { push, events }: InventaireOptions,
): Promise<Answer> {
  const source = readSource(request, key, push.sources);
  const format = readEventsType(request);
  const cle = readIdempotencyKey(request);
  const chunks: Buffer[] = [];
  await receive(request.raw, events, (chunk) => {
    chunks.push(chunk);
    return Promise.resolve();
  });
  const content = Buffer.concat(chunks);
  const lot = { source, keyId: key.id, par: key.nom, cle, format, content };
  const reponse = await push.applyLot(lot);
  switch (reponse.kind) {
    case 'occupe':
      throw busyInventaire();
    case 'cle-en-cours':
      throw keyInUse();
    case 'autre-contenu':
      throw keyOfOther();
    case 'verdict':
      return answerVerdict(source, reponse);
  }
}

type Verdict = Extract<Awaited<ReturnType<InventairePort['applyLot']>>, { kind: 'verdict' }>;

function answerVerdict(source: string, { verdict, isRepeated }: Verdict): Answer {
  const headers: Record<string, string> = isRepeated ? { 'idempotent-replayed': 'true' } : {};
  if (verdict.kind === 'applique') {
    const { chargement = null, compte, avertissements } = verdict;
    return {
      headers,
      body: { source, chargement, compte, avertissements },
      trace: { objet: source, verdict: 'autorise', codes: [] },
    };
  }
  const { probleme } = verdict;
  return {
    problem: { ...problemOf(probleme, verdict.kind === 'invalide' ? 422 : 409), headers },
    trace: { objet: source, verdict: 'refuse', codes: [probleme.code] },
  };
}
