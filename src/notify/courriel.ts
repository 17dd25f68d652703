// A notice as the mail that leaves.
import MailComposer from 'nodemailer/lib/mail-composer';
import { isAdresseMail, type AdresseNommee } from '../domain/adresse-mail.js';
import { AppError } from '../errors.js';
import type { AvisAEnvoyer } from '../store/avis-envoi.js';
import type { Gabarits } from './gabarit.js';
import type { Expediteur, MailSettings } from './settings.js';

export type Courriel = {
  /** Of the envelope: reports of what could not be delivered come back there. */
  readonly de: string;
  readonly a: string;
  /** RFC 5322, lines ended by CRLF. */
  readonly contenu: Buffer;
};

/**
 * The same notice always bears the same Message-ID, whatever the attempt.
 *
 * @throws AppError `ADRESSE_INVALIDE`, `COURRIEL_TROP_GRAND`, and those of the templates: this mail cannot leave
 */
export async function composeCourriel(
  avis: AvisAEnvoyer,
  gabarits: Gabarits,
  settings: Pick<MailSettings, 'parDefaut' | 'domaines' | 'messageOctetsMax'>,
  now: Date,
): Promise<Courriel> {
  // Checked when it was queued; what goes in a header is checked where it goes in.
  if (!isAdresseMail(avis.destinataire)) {
    throw new AppError(
      'ADRESSE_INVALIDE',
      'Aucun courriel ne peut être adressé à ce destinataire : corrigez son adresse.',
    );
  }
  const { expediteur, repondreA } = expediteurOf(avis.domaine, settings);
  const donnees = avis.adresse === undefined ? {} : { adresse: avis.adresse };
  const rendu = gabarits.render(avis.gabarit, avis.domaine, { ...donnees, ...avis.donnees });
  const contenu = await build({
    from: mailboxOf(expediteur),
    to: { name: '', address: avis.destinataire },
    ...(repondreA && { replyTo: mailboxOf(repondreA) }),
    subject: rendu.sujet,
    text: rendu.texte,
    html: rendu.html,
    messageId: `<${avis.messageId}>`,
    date: now,
    // RFC 3834: no program answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    textEncoding: 'quoted-printable',
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  });
  if (contenu.length > settings.messageOctetsMax) {
    throw new AppError(
      'COURRIEL_TROP_GRAND',
      `Le courriel fait ${contenu.length} octets, plus que « avis.messageOctetsMax » (${settings.messageOctetsMax}) : ` +
        'allégez le gabarit.',
    );
  }
  return { de: expediteur.adresse, a: avis.destinataire, contenu };
}

function expediteurOf(
  domaine: string,
  { parDefaut, domaines }: Pick<MailSettings, 'parDefaut' | 'domaines'>,
): Expediteur {
  return domaines.get(domaine.toLowerCase()) ?? parDefaut;
}

function mailboxOf({ nom, adresse }: AdresseNommee): { name: string; address: string } {
  return { name: nom, address: adresse };
}

type MailOptions = ConstructorParameters<typeof MailComposer>[0];

function build(options: MailOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    new MailComposer(options).compile().build((error, message) => {
      if (error) reject(error);
      else resolve(message);
    });
  });
}
