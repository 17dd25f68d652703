// What the senders of mails and webhooks need to know; the composition root fills it from the settings file.
import type { TypeEvenement } from '../domain/evenement.js';
import type { AdresseNommee } from '../domain/adresse-mail.js';

export type Expediteur = {
  readonly expediteur: AdresseNommee;
  readonly repondreA: AdresseNommee | undefined;
};

export type SmtpSettings = {
  readonly hote: string;
  readonly port: number;
  /** `starttls`: required, never optional; `tls`: from the first byte; `aucun`: in clear. */
  readonly chiffrement: 'starttls' | 'tls' | 'aucun';
  readonly compte: { readonly utilisateur: string; readonly motDePasse: string } | undefined;
  /** What we say we are (EHLO); undefined: the name of this machine. */
  readonly nomHelo: string | undefined;
  /** PEM, added to the public roots. */
  readonly ca: readonly string[];
  /** Up to the banner, TLS included. */
  readonly connexionMs: number;
  /** Without a byte of answer. */
  readonly reponseMs: number;
  /** For one message, from MAIL FROM to the answer after its content. */
  readonly messageMs: number;
  readonly messagesParConnexionMax: number;
};

/** How what fails is tried again. */
export type RepriseSettings = {
  readonly tentativesMax: number;
  readonly attenteMinMs: number;
  readonly attenteMaxMs: number;
  /** From the first attempt. */
  readonly dureeMaxMs: number;
  /** How often a message whose end is not known is sent once more. */
  readonly doutesMax: number;
};

export type MailSettings = {
  readonly smtp: SmtpSettings;
  readonly parDefaut: Expediteur;
  /** Domain, in small letters, to what it has of its own. */
  readonly domaines: ReadonlyMap<string, Expediteur>;
  /** 0: no limit. */
  readonly debitParMinute: number;
  readonly simultanesMax: number;
  readonly messageOctetsMax: number;
  readonly reprise: RepriseSettings;
  readonly bailMs: number;
};

export type PointSettings = {
  readonly nom: string;
  readonly url: URL;
  /** Raw keys, the one in force first; all of them sign while a key is being changed. */
  readonly cles: readonly Buffer[];
  readonly evenements: readonly TypeEvenement[];
};

export type WebhookSettings = {
  readonly points: readonly PointSettings[];
  readonly proxy: string | undefined;
  readonly ca: readonly string[];
  readonly connexionMs: number;
  readonly reponseMs: number;
  readonly totalMs: number;
  readonly reponseOctetsMax: number;
  readonly reprise: RepriseSettings;
  readonly bailMs: number;
};

export type NotifySettings = {
  /** Undefined: mails stay in the queue. */
  readonly mail: MailSettings | undefined;
  /** Absolute; templates that replace those of the program. */
  readonly dossierGabarits: string | undefined;
  readonly webhook: WebhookSettings;
};
