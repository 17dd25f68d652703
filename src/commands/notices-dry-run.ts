// Exactly what would leave now, made by the same functions; nothing is sent, nothing is taken from the queue.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Client } from '../db/pool.js';
import { AppError, messageOf } from '../errors.js';
import { composeCourriel } from '../notify/courriel.js';
import { Gabarits } from '../notify/gabarit.js';
import { listEcartes, repartir } from '../notify/send-webhooks.js';
import { webhookCall } from '../notify/webhook.js';
import { listAvisDus, type AvisAEnvoyer } from '../store/avis-envoi.js';
import { listEnvoisDus } from '../store/evenement-envoi.js';
import type { CommandContext } from './context.js';
import { databaseClock } from './feed-run.js';
import type { OpenProgram } from './program.js';
import { writeTo, type Write } from './write-to.js';

const pageMax = 500;
/** Of the events; more than that waiting is a fault to look at, not to read. */
const envoisMax = 1_000;

export async function dryRunNotices(
  { surroundings }: CommandContext,
  open: OpenProgram,
  dossier: string | undefined,
): Promise<void> {
  const now = (await databaseClock(open.pool)).now();
  const write = writeTo(surroundings.out);
  const folder = dossier === undefined ? undefined : resolve(dossier);
  if (folder !== undefined) await makeFolder(folder);
  const client = await open.pool.connect();
  try {
    // Events are handed out to see where they would go, and never for good.
    await client.query('begin');
    await repartir(client, open.settings.avis.webhook, now);
    const courriels = await writeCourriels(client, open, folder, write, now);
    const webhooks = await writeWebhooks(client, open, write, now);
    await write(
      open.isJson
        ? `${JSON.stringify({ courriels, webhooks })}\n`
        : `\n${courriels.partiraient} courriels et ${webhooks.partiraient} webhooks partiraient ainsi. ` +
            'Rien n’a été envoyé ni changé.\n',
    );
  } finally {
    await client.query('rollback').then(
      () => client.release(),
      (error: unknown) => client.release(error instanceof Error ? error : true),
    );
  }
}

type Compte = { readonly partiraient: number; readonly refuses: readonly string[] };

async function writeCourriels(
  client: Client,
  open: OpenProgram,
  folder: string | undefined,
  write: Write,
  now: Date,
): Promise<Compte> {
  const { avis: settings, operateur } = open.settings;
  if (!settings.mail) {
    if (!open.isJson) await write('Aucun serveur de courriel réglé (« avis.smtp »).\n');
    return { partiraient: 0, refuses: [] };
  }
  const gabarits = new Gabarits({ dossier: settings.dossierGabarits, operateur: operateur.nom });
  const refuses: string[] = [];
  let partiraient = 0;
  let last: { readonly le: Date; readonly id: number } | undefined;
  for (;;) {
    const page = await listAvisDus(client, now, last, pageMax);
    for (const avis of page) {
      try {
        const { contenu } = await composeCourriel(avis, gabarits, settings.mail, now);
        await writeOne(avis, contenu, folder, open.isJson ? undefined : write);
        partiraient += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refuses.push(`${avis.id} : ${error.message}`);
        if (!open.isJson) await write(`! Avis ${avis.id} : ne partirait pas. ${error.message}\n`);
      }
    }
    const end = page.at(-1);
    if (!end || page.length < pageMax) break;
    last = { le: end.prochainEnvoiLe, id: end.id };
  }
  if (!open.isJson) for (const text of gabarits.avertissements) await write(`! ${text}\n`);
  return { partiraient, refuses };
}

async function writeOne(
  { id, destinataire }: AvisAEnvoyer,
  contenu: Buffer,
  folder: string | undefined,
  write: Write | undefined,
): Promise<void> {
  // For this account only: its links act for the holder.
  if (folder !== undefined)
    await writeFile(join(folder, `avis-${id}.eml`), contenu, { mode: 0o600 });
  else await write?.(`===== Avis ${id}, à ${destinataire}\n${contenu.toString('utf8')}\n`);
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new AppError(
      'DOSSIER',
      `Impossible de créer le dossier ${folder} (${messageOf(error)}) : indiquez-en un autre.`,
      { cause: error },
    );
  });
}

async function writeWebhooks(
  client: Client,
  open: OpenProgram,
  write: Write,
  now: Date,
): Promise<Compte> {
  const { points } = open.settings.avis.webhook;
  const ecartes = await listEcartes(client, points);
  const active = new Map(
    points.filter(({ nom }) => !ecartes.has(nom)).map((point) => [point.nom, point]),
  );
  const envois = await listEnvoisDus(client, [...active.keys()], now, envoisMax);
  for (const envoi of envois) {
    const point = active.get(envoi.point);
    if (!point || open.isJson) continue;
    const { url, headers, body } = webhookCall(envoi, point, now);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    // The address may hold a token of the receiver: its query is not shown.
    await write(
      `===== Webhook ${envoi.type}, point ${point.nom}\nPOST ${url.origin}${url.pathname}\n${lines.join('\n')}\n\n${body}\n`,
    );
  }
  return { partiraient: envois.length, refuses: [] };
}
