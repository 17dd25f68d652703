// The `avis:` section as the senders use it.
import type {
  Expediteur,
  MailSettings,
  NotifySettings,
  PointSettings,
  SmtpSettings,
  WebhookSettings,
} from '../notify/settings.js';
import { isLoopback, isLoopbackUrl } from '../net/loopback.js';
import type { RawNotify } from './notify-schema.js';
import type { FileReader } from './secret.js';

/** The part of `reseau:` that webhooks and mails follow. */
export type NotifyNetwork = {
  readonly proxy: string | undefined;
  /** PEM texts. */
  readonly ca: readonly string[];
  readonly httpEnClair: boolean;
};

export function resolveNotify(
  raw: RawNotify,
  network: NotifyNetwork,
  reader: FileReader,
): NotifySettings {
  return {
    mail: resolveMail(raw, network, reader),
    dossierGabarits: raw.gabarits === undefined ? undefined : reader.path(raw.gabarits),
    webhook: resolveWebhook(raw, network, reader),
  };
}

function resolveMail(
  raw: RawNotify,
  network: NotifyNetwork,
  reader: FileReader,
): MailSettings | undefined {
  if (!raw.smtp) return undefined;
  const { expediteur } = raw;
  if (!expediteur) {
    reader.fault('avis.expediteur : obligatoire dès que « avis.smtp » est réglé');
    return undefined;
  }
  checkWaits('avis', raw, reader);
  if (raw.bailSecondes <= raw.smtp.messageSecondes + raw.smtp.connexionSecondes) {
    reader.fault(
      'avis.bailSecondes : doit dépasser smtp.connexionSecondes et smtp.messageSecondes ensemble, sinon un courriel en cours serait repris par un autre',
    );
  }
  const parDefaut: Expediteur = { expediteur, repondreA: raw.repondreA };
  const domaines = Object.entries(raw.domaines).map(([domaine, own]): [string, Expediteur] => [
    domaine,
    {
      expediteur: own.expediteur ?? expediteur,
      repondreA: own.repondreA ?? raw.repondreA,
    },
  ]);
  return {
    smtp: resolveSmtp(raw.smtp, network, reader),
    parDefaut,
    domaines: new Map(domaines),
    debitParMinute: raw.debitParMinute,
    simultanesMax: raw.simultanesMax,
    messageOctetsMax: raw.messageOctetsMax,
    reprise: { ...repriseOf(raw), doutesMax: raw.renvoisSiDoute },
    bailMs: raw.bailSecondes * 1_000,
  };
}

function resolveSmtp(
  raw: NonNullable<RawNotify['smtp']>,
  network: NotifyNetwork,
  reader: FileReader,
): SmtpSettings {
  const { hote, chiffrement, utilisateur } = raw;
  const motDePasse = reader.secret('avis.smtp.motDePasse', raw.motDePasse);
  if (chiffrement === 'aucun' && !isLoopback(hote) && !raw.clairHorsBoucle) {
    reader.fault(
      `avis.smtp.chiffrement : ${hote} serait joint en clair, mot de passe et courriels compris ` +
        '(EX_OPE_5010) : starttls ou tls, ou « clairHorsBoucle: true » sur un réseau dont vous répondez',
    );
  }
  if ((utilisateur === undefined) !== (motDePasse === undefined)) {
    reader.fault('avis.smtp : utilisateur et motDePasse vont ensemble, il en manque un');
  }
  return {
    hote,
    port: raw.port ?? { starttls: 587, tls: 465, aucun: 25 }[chiffrement],
    chiffrement,
    compte:
      utilisateur === undefined || motDePasse === undefined
        ? undefined
        : { utilisateur, motDePasse },
    nomHelo: raw.nomHelo,
    ca: [...network.ca, ...raw.ca.map((file, index) => reader.file(`avis.smtp.ca.${index}`, file))],
    connexionMs: raw.connexionSecondes * 1_000,
    reponseMs: raw.reponseSecondes * 1_000,
    messageMs: raw.messageSecondes * 1_000,
    messagesParConnexionMax: raw.messagesParConnexionMax,
  };
}

function resolveWebhook(
  raw: RawNotify,
  network: NotifyNetwork,
  reader: FileReader,
): WebhookSettings {
  const { webhook } = raw;
  checkWaits('avis.webhook', webhook, reader);
  if (webhook.bailSecondes <= webhook.totalSecondes) {
    reader.fault(
      'avis.webhook.bailSecondes : doit dépasser totalSecondes, sinon un envoi en cours serait repris par un autre',
    );
  }
  const names = raw.webhooks.map(({ nom }) => nom);
  for (const nom of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    reader.fault(`avis.webhooks : deux points s'appellent « ${nom} »`);
  }
  return {
    points: raw.webhooks.map((point, index) =>
      resolvePoint(`avis.webhooks.${index}`, point, network, reader),
    ),
    proxy: network.proxy,
    ca: network.ca,
    connexionMs: webhook.connexionSecondes * 1_000,
    reponseMs: webhook.reponseSecondes * 1_000,
    totalMs: webhook.totalSecondes * 1_000,
    reponseOctetsMax: webhook.reponseOctetsMax,
    // A receiver tells a repeated event by its webhook-id: doubt costs an attempt, nothing more.
    reprise: { ...repriseOf(webhook), doutesMax: webhook.tentativesMax },
    bailMs: webhook.bailSecondes * 1_000,
  };
}

function resolvePoint(
  at: string,
  raw: RawNotify['webhooks'][number],
  network: NotifyNetwork,
  reader: FileReader,
): PointSettings {
  const url = new URL(raw.url);
  if (url.protocol === 'http:' && !network.httpEnClair && !isLoopbackUrl(url)) {
    reader.fault(
      `${at}.url : ${url.host} serait joint sans chiffrement : utilisez https, ou « reseau.httpEnClair: true »`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    reader.fault(`${at}.url : pas d'identifiants ni de « # » dans l'adresse`);
  }
  const keys = [
    webhookKey(`${at}.secret`, reader.secret(`${at}.secret`, raw.secret), reader),
    webhookKey(
      `${at}.secretPrecedent`,
      reader.secret(`${at}.secretPrecedent`, raw.secretPrecedent),
      reader,
    ),
  ];
  return {
    nom: raw.nom,
    url,
    cles: keys.filter((key) => key !== undefined),
    evenements: raw.evenements,
  };
}

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
function webhookKey(at: string, text: string | undefined, reader: FileReader): Buffer | undefined {
  if (text === undefined) return undefined;
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/u.exec(text.trim())?.[1];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (key.length >= 24 && key.length <= 64) return key;
  reader.fault(
    `${at} : « whsec_ » suivi de 24 à 64 octets en base64 est attendu (echo whsec_$(openssl rand -base64 32))`,
  );
  return undefined;
}

type Waits = Pick<
  RawNotify['webhook'],
  'tentativesMax' | 'attenteMinSecondes' | 'attenteMaxSecondes' | 'dureeMaxHeures'
>;

function checkWaits(at: string, raw: Waits, reader: FileReader): void {
  if (raw.attenteMaxSecondes >= raw.attenteMinSecondes) return;
  reader.fault(
    `${at}.attenteMaxSecondes : plus petit que attenteMinSecondes (${raw.attenteMinSecondes})`,
  );
}

function repriseOf(raw: Waits): Omit<MailSettings['reprise'], 'doutesMax'> {
  return {
    tentativesMax: raw.tentativesMax,
    attenteMinMs: raw.attenteMinSecondes * 1_000,
    attenteMaxMs: raw.attenteMaxSecondes * 1_000,
    dureeMaxMs: raw.dureeMaxHeures * 3_600_000,
  };
}
