// The certificates that the program uses, and what their dates mean for whoever must renew them.

/** Shown to whoever connects, shown to a server, trusted to sign servers or clients, trusted to sign the white list. */
export type GenreCertificat = 'servi' | 'client' | 'autorite' | 'signataire';

/** A file of certificates that the settings name; read again each time it is looked at. */
export type FichierCertificat = {
  /** Path in the settings: `web.tls.certificat`. */
  readonly reglage: string;
  /** French, as a person calls it: « serveur web ». */
  readonly nom: string;
  readonly genre: GenreCertificat;
  /** Absolute. */
  readonly chemin: string;
  /** Of a PKCS#12 file. */
  readonly motDePasse?: string | undefined;
};

export type EtatCertificat = 'valable' | 'bientot' | 'expire' | 'futur';

export type CertificatInspecte = Omit<FichierCertificat, 'motDePasse'> & {
  /** Of its subject, `CN=…, O=…`; at most 300 characters. */
  readonly sujet: string;
  readonly valableDes: Date;
  readonly expireLe: Date;
  /** Whole days; negative once it has expired. */
  readonly joursRestants: number;
  readonly etat: EtatCertificat;
  /** SHA-256 of the certificate, hexadecimal: tells a renewed one from the one before. */
  readonly empreinte: string;
  /** French sentences about what works less well than it should. */
  readonly remarques: readonly string[];
};

export type CertificatIllisible = Omit<FichierCertificat, 'motDePasse'> & {
  /** French, with what to do. */
  readonly message: string;
};

export type InspectionCertificats = {
  /** The first to expire first. */
  readonly certificats: readonly CertificatInspecte[];
  readonly illisibles: readonly CertificatIllisible[];
};

const dayMs = 86_400_000;

/** `alerteJours`: how long before its end a certificate is « bientot ». */
export function jugerEcheance(
  { valableDes, expireLe }: Pick<CertificatInspecte, 'valableDes' | 'expireLe'>,
  alerteJours: number,
  now: Date,
): Pick<CertificatInspecte, 'joursRestants' | 'etat'> {
  const joursRestants = Math.floor((expireLe.getTime() - now.getTime()) / dayMs);
  // A certificate is valid up to and including the second of its end (RFC 5280, section 4.1.2.5).
  const isOver = now.getTime() > expireLe.getTime();
  const etat = isOver
    ? 'expire'
    : valableDes > now
      ? 'futur'
      : joursRestants < alerteJours
        ? 'bientot'
        : 'valable';
  return { joursRestants, etat };
}

/** The thresholds after the first, which is a setting: a week, and the end. */
const derniersSeuils = [7, 0];

/** Days: the threshold that a certificate has gone below, 0 once it has expired; undefined while nobody is to be told. */
export function seuilAtteint(
  { joursRestants, etat }: Pick<CertificatInspecte, 'joursRestants' | 'etat'>,
  alerteJours: number,
): number | undefined {
  if (etat === 'expire') return 0;
  return [alerteJours, ...derniersSeuils.filter((seuil) => seuil < alerteJours)].findLast(
    (seuil) => joursRestants < seuil,
  );
}

/** What an alert says of it, then what to do; French, a sentence each. */
export function direEcheance({
  nom,
  joursRestants,
  etat,
  chemin,
}: CertificatInspecte): readonly [texte: string, remede: string] {
  const remede = `Renouvelez-le, puis remplacez ${chemin} : docs/tls.md dit comment.`;
  switch (etat) {
    case 'expire':
      return [`Le certificat « ${nom} » a expiré.`, remede];
    case 'futur':
      return [
        `Le certificat « ${nom} » n’est pas encore valable.`,
        `Vérifiez l’heure de cette machine, ou le fichier ${chemin}.`,
      ];
    case 'bientot':
    case 'valable': {
      const reste =
        joursRestants === 0
          ? 'moins d’un jour'
          : `${joursRestants} jour${joursRestants > 1 ? 's' : ''}`;
      return [
        etat === 'bientot'
          ? `Le certificat « ${nom} » expire dans ${reste}.`
          : `Le certificat « ${nom} » est valable encore ${reste}.`,
        remede,
      ];
    }
  }
}
