// The certificates that the settings name: what they are for is told by the place where they are named.
import type { FichierCertificat, GenreCertificat } from '../domain/certificat.js';

export type CertificatsSettings = {
  /** Days before its end from which a certificate is an alert. */
  readonly alerteJours: number;
  readonly fichiers: readonly FichierCertificat[];
};

/** `at`: path in the settings, `sources.identites.tls.certificat`. */
export function nommerCertificat(at: string): Pick<FichierCertificat, 'nom' | 'genre'> {
  const genre = genreOf(at);
  const place = noms.find(([start]) => at.startsWith(start))?.[1] ?? at;
  const rang = /\.(\d+)$/u.exec(at)?.[1];
  const number = rang === undefined ? '' : ` n° ${Number(rang) + 1}`;
  return { genre, nom: `${prefixes[genre]} ${place}${number}`.trim() };
}

const prefixes: Readonly<Record<GenreCertificat, string>> = {
  servi: 'serveur',
  client: 'client',
  autorite: 'autorité',
  signataire: 'signataire',
};

function genreOf(at: string): GenreCertificat {
  if (/^(web|ldap)\.tls\.certificat$/u.test(at)) return 'servi';
  if (/\.(ca|autoritesClientes)\.\d+$|sslrootcert$/u.test(at)) return 'autorite';
  return at.includes('.signataires.') ? 'signataire' : 'client';
}

/** The first that fits. */
const noms: readonly (readonly [start: string, nom: string])[] = [
  ['web.', 'web'],
  ['ldap.tls.autoritesClientes', 'des clients LDAP'],
  ['ldap.', 'LDAP'],
  ['reseau.', 'du réseau'],
  ['sources.liste-blanche.signataires', 'de la liste blanche'],
  ['sources.bals', 'de l’extraction des BAL'],
  ['sources.professionnels', 'de l’extraction des professionnels'],
  ['sources.identites', 'de l’extraction des identités'],
  ['sources.finess', 'de l’extraction FINESS'],
  ['sources.liste-blanche', 'de la liste blanche'],
  ['sources.adeli-rpps', 'de la table ADELI-RPPS'],
  ['alimentation.', 'de l’alimentation'],
  ['professionnels.', 'de Pro Santé Connect'],
  ['console.', 'de l’OpenID de la console'],
  ['avis.smtp', 'du courriel'],
  ['database.', 'de la base'],
  ['inventaire.', 'de l’inventaire'],
];
