// One look at each server that the settings name, by the very client that will use it: never a national file.
import { access } from 'node:fs/promises';
import type { Settings } from '../config/settings.js';
import { openForeignSelect } from '../db/foreign-select.js';
import { bon, faute, attention, type Constatation, type Controle } from '../diagnostic/controle.js';
import { jugerHorloge } from '../diagnostic/horloge.js';
import { sourceNames, type SourceName } from '../domain/source.js';
import { catalogue } from '../extractions/catalogue.js';
import { createHttpClient, discardBody } from '../extractions/http-client.js';
import { apiHeaders } from '../feed/api-caller.js';
import type { FeedClientSettings } from '../feed/feed-settings.js';
import { createHttpSender } from '../feed/http-sender.js';
import { createTokenSource } from '../feed/oauth2-token.js';
import { createSecretKeeper } from '../feed/redactor.js';
import { LdapSession } from '../inventory/ldap/client.js';
import { attributsDe } from '../inventory/ldap/correspondance.js';
import { explainSqlFault } from '../inventory/sql/faults.js';
import { requestBounded } from '../net/bounded-request.js';
import { displayUrl } from '../net/network-faults.js';
import { openSmtp } from '../notify/smtp-session.js';
import { createWebhookDispatcher } from '../notify/webhook.js';
import { Fournisseur } from '../web/connexion/fournisseur.js';
import { extractSettings } from './source-settings.js';

export function sondes(settings: Settings, now: () => Date): Controle[] {
  return [
    ...sourceNames
      .filter((source) => settings.sources[source].actif)
      .map((source) => sondeSource(settings, source, now)),
    ...sondesAlimentation(settings, now),
    ...sondesInventaire(settings),
    ...sondesAvis(settings),
    ...sondesOpenid(settings, now),
  ];
}

function sonde(code: string, nom: string, verifier: Controle['verifier']): Controle {
  return { rubrique: 'Réseau', code, nom, estReseau: true, verifier };
}

function sondeSource(settings: Settings, source: SourceName, now: () => Date): Controle {
  const { download, from } = extractSettings(settings, source, undefined).obtain;
  const place = from ?? catalogue[source].urls[0];
  const nom = `source ${source}`;
  if (place === undefined || !/^https?:/iu.test(place)) {
    return {
      ...sonde(`source.${source}`, nom, () => sondeFichier(source, place)),
      estReseau: false,
    };
  }
  return sonde(`source.${source}`, nom, async (signal) => {
    const url = new URL(place);
    const client = createHttpClient(download, url.origin);
    try {
      const answer = await client.send({ method: 'HEAD', url }, signal);
      await discardBody(answer);
      const date = answer.header('date');
      const heure =
        date === undefined ? [] : [jugerHorloge(url.host, new Date(date), now(), 'http')];
      return [
        jugerStatut(answer.status, displayUrl(url), catalogue[source].nothingNewStatuses),
        ...heure.filter(({ etat }) => etat !== 'bon'),
      ];
    } finally {
      await client.close();
    }
  });
}

/** Some servers do not answer HEAD; GET will tell. */
const sansHead = [405, 501];

function jugerStatut(status: number, where: string, nothingNew: readonly number[]): Constatation {
  if (status < 300 || sansHead.includes(status) || nothingNew.includes(status)) {
    return bon(`${where} répond`);
  }
  if (status === 401 || status === 403) {
    return faute(
      `${where} nous refuse (HTTP ${status})`,
      'Vérifiez le certificat client, et qu’il est habilité par l’ANS.',
    );
  }
  if (status === 404) {
    return faute(
      `${where} : rien à cette adresse (HTTP 404)`,
      'Vérifiez le réglage « from » de la source.',
    );
  }
  return attention(
    `${where} est indisponible (HTTP ${status})`,
    'Attendez : le prochain « extract » réessaiera. La version en service y reste.',
  );
}

async function sondeFichier(
  source: SourceName,
  place: string | undefined,
): Promise<Constatation[]> {
  if (place === undefined) {
    return [faute('pas d’adresse', `Réglez « sources.${source}.from », ou « actif: false ».`)];
  }
  const isThere = await access(place).then(
    () => true,
    () => false,
  );
  return isThere
    ? [bon(`${place} est lisible`)]
    : [faute(`${place} est introuvable ou illisible`, `Corrigez « sources.${source}.from ».`)];
}

function sondesAlimentation({ alimentation: { client } }: Settings, now: () => Date): Controle[] {
  if (!client) return [];
  return [sonde('alimentation', 'API d’alimentation', (signal) => sondeApi(client, now, signal))];
}

async function sondeApi(
  client: FeedClientSettings,
  now: () => Date,
  signal: AbortSignal,
): Promise<Constatation[]> {
  const sender = createHttpSender(client);
  try {
    let token: string | undefined;
    if (client.oauth2) {
      const secrets = createSecretKeeper([]);
      const tokens = createTokenSource(client.oauth2, {
        sender,
        secrets,
        totalMs: client.totalMs,
        now,
      });
      const given = await tokens.get(signal);
      if (given.kind === 'no-token') return [faute(given.message.replace(/\.$/u, ''), '')];
      token = given.token;
    }
    const url = new URL(`${client.lectureUrl.href.replace(/\/$/u, '')}/Practitioner?_count=1`);
    const asked = { method: 'GET', url, body: undefined } as const;
    const headers = apiHeaders(asked, client.cleApi, token);
    const reply = await sender.send({ ...asked, headers }, signal);
    if (reply.kind === 'failure') return [faute(reply.message.replace(/\.$/u, ''), '')];
    const date = reply.header('date');
    const heure = date === undefined ? [] : [jugerHorloge(url.host, new Date(date), now(), 'http')];
    return [
      jugerApi(reply.status, displayUrl(client.lectureUrl)),
      ...heure.filter(({ etat }) => etat !== 'bon'),
    ];
  } finally {
    await sender.close();
  }
}

function jugerApi(status: number, where: string): Constatation {
  if (status === 401 || status === 403) {
    return faute(
      `${where} refuse notre clé ou notre certificat (HTTP ${status})`,
      'Vérifiez « alimentation.cleApi », « alimentation.tls » et l’habilitation de l’ANS.',
    );
  }
  if (status === 404) {
    return faute(`${where} n’est pas l’API (HTTP 404)`, 'Vérifiez « alimentation.url ».');
  }
  if (status >= 500 || status === 429) {
    return attention(
      `${where} est indisponible (HTTP ${status})`,
      'Attendez : « push » reprendra de lui-même.',
    );
  }
  return bon(`${where} répond`);
}

function sondesInventaire({ inventaire }: Settings): Controle[] {
  return inventaire.sources.flatMap((source): Controle[] => {
    const { nom } = source;
    switch (source.type) {
      case 'ldap': {
        const { connexion, correspondance } = source.ldap;
        return [
          sonde(`inventaire.${nom}`, `inventaire « ${nom} »`, async (signal) => {
            const settings = { ...connexion, attributs: attributsDe(correspondance) };
            (await LdapSession.open(settings, signal)).close();
            return [bon(`${connexion.url} répond et nous reconnaît`)];
          }),
        ];
      }
      case 'sql':
        return [
          sonde(`inventaire.${nom}`, `inventaire « ${nom} »`, async (signal) => {
            const { url, requete, requeteMaxMs, totalMs } = source.sql;
            try {
              const limits = { statementMs: requeteMaxMs, totalMs, signal };
              await (await openForeignSelect({ url, select: requete, ...limits })).close();
            } catch (error) {
              throw explainSqlFault(error, 'la base de l’inventaire', source.sql);
            }
            return [bon('la base répond, et accepte la requête')];
          }),
        ];
      case 'csv':
      case 'http':
        return [];
      default:
        return source satisfies never;
    }
  });
}

function sondesAvis({ avis }: Settings): Controle[] {
  const { mail, webhook } = avis;
  const courriel = mail
    ? [
        sonde('avis.smtp', 'serveur de courriel', async (signal) => {
          (await openSmtp(mail.smtp, signal)).close();
          return [bon(`${mail.smtp.hote}:${mail.smtp.port} répond et nous reconnaît`)];
        }),
      ]
    : [];
  const points = webhook.points.map((point) =>
    sonde(`avis.webhook.${point.nom}`, `webhook « ${point.nom} »`, async (signal) => {
      const dispatcher = createWebhookDispatcher(webhook);
      try {
        const { status } = await requestBounded(
          {
            url: point.url,
            method: 'GET',
            headers: { 'user-agent': 'annuaire-sante-sync' },
            signal,
          },
          {
            dispatcher,
            totalMs: webhook.totalMs,
            bodyBytesMax: 1024 ** 2,
            hasProxy: webhook.proxy !== undefined,
            settings: { adresse: 'avis.webhooks', certificat: 'avis.webhooks', secours: '' },
          },
        );
        // Made for POST: whatever it says of a GET, somebody is there.
        return [
          status >= 500
            ? attention(
                `${displayUrl(point.url)} est en panne (HTTP ${status})`,
                'Voyez son journal.',
              )
            : bon(`${displayUrl(point.url)} répond`),
        ];
      } finally {
        await dispatcher.destroy();
      }
    }),
  );
  return [...courriel, ...points];
}

function sondesOpenid({ professionnels, console: pages }: Settings, now: () => Date): Controle[] {
  return [professionnels.psc, pages.openid?.fournisseur].flatMap((fournisseur) =>
    fournisseur
      ? [
          sonde(fournisseur.reglage, fournisseur.nom, async () => {
            const one = new Fournisseur(fournisseur);
            try {
              await one.configuration(now());
              return [bon(`${displayUrl(fournisseur.decouverte)} répond, émetteur reconnu`)];
            } finally {
              await one.close();
            }
          }),
        ]
      : [],
  );
}
