// The `ldap:` section as the server uses it.
import { defaultLayout, findLayoutFaults, type Layout } from '../ldap/directory/layout.js';
import { readAccountDn, type AccountDn } from '../ldap/server/account-dn.js';
import { parsePasswordHash } from '../ldap/server/password-hash.js';
import { parseRanges } from '../ldap/server/peer-address.js';
import type { Account, LdapServerSettings } from '../ldap/server/server-settings.js';
import { isLoopback } from '../net/loopback.js';
import type { ServedFiles } from '../net/served-certificate.js';
import type { RawLdap } from './ldap-schema.js';
import type { FileReader } from './secret.js';

export type LdapSettings = {
  readonly server: LdapServerSettings;
  readonly layout: Layout;
  /** Between two looks at a database whose notices may be missed. */
  readonly pollMs: number;
  readonly workers: number;
  /** Between two looks at the files of the certificate. */
  readonly certificatePollMs: number;
  /** For operations that are being answered when the server stops. */
  readonly stopMs: number;
};

const mib = 1024 * 1024;

export function resolveLdap(raw: RawLdap, reader: FileReader): LdapSettings {
  const { limites, anonyme } = raw;
  checkAddresses(raw, reader);
  checkProxy(raw, reader);
  for (const key of ['dn', 'certificat'] as const) checkNames(raw, key, reader);
  return {
    layout: resolveLayout(raw.annuaire, reader),
    pollMs: raw.consultationSecondes * 1_000,
    workers: raw.workers,
    certificatePollMs: (raw.tls?.relectureSecondes ?? 0) * 1_000,
    stopMs: limites.arretSecondes * 1_000,
    server: {
      listeners: listenersOf(raw),
      tls: raw.tls && resolveTls(raw.tls, reader),
      proxy: raw.proxyProtocol && { trusted: raw.proxyProtocol.repartiteurs },
      access: {
        anonymous: anonyme.actif ? allowanceOf(anonyme) : undefined,
        discoveriesPerSecond: anonyme.recherchesParSeconde,
        accounts: raw.comptes.map((account, index) => resolveAccount(raw, index, account, reader)),
        isTlsRequired: raw.tlsObligatoire,
      },
      limits: {
        connectionsMax: limites.connexionsMax,
        connectionsPerAddressMax: limites.connexionsParAdresseMax,
        pendingMax: limites.operationsEnAttenteMax,
        firstMessageMs: limites.premierMessageSecondes * 1_000,
        idleMs: limites.inactiviteSecondes * 1_000,
        writeMs: limites.ecritureSecondes * 1_000,
        candidatesMax: limites.candidatsMax,
        bufferBytesMax: limites.memoireTamponsMio * mib,
        searchBytesMax: limites.memoireRecherchesMio * mib,
      },
    },
  };
}

function resolveLayout(raw: RawLdap['annuaire'], reader: FileReader): Layout {
  const layout = {
    baseDn: raw.baseDn,
    rdn: raw.rdn,
    classes: { ...defaultLayout.classes, ...raw.classes },
    attributs: raw.attributs ?? defaultLayout.attributs,
    isAccentInsensitive: raw.sansAccents,
  };
  for (const fault of findLayoutFaults(layout)) reader.fault(`ldap.annuaire.${fault}`);
  return layout;
}

function listenersOf({ adresses, port, portLdaps, tls }: RawLdap): LdapServerSettings['listeners'] {
  return adresses.flatMap((host) => [
    ...(port === false ? [] : [{ host, port, isLdaps: false }]),
    ...(portLdaps === false || !tls ? [] : [{ host, port: portLdaps, isLdaps: true }]),
  ]);
}

function checkAddresses(raw: RawLdap, reader: FileReader): void {
  const { adresses, port, portLdaps, tls, clairHorsBoucle, tlsObligatoire } = raw;
  const outside = adresses.find((address) => !isLoopback(address));
  if (port !== false && outside !== undefined && !clairHorsBoucle) {
    reader.fault(
      `ldap.adresses : ${outside} n'est pas une adresse de cette machine seule, et le port ${port} y parlerait en clair. ` +
        `Mettez « port: false » (LDAPS seul), ou « clairHorsBoucle: true » si ce réseau est sûr`,
    );
  }
  if (listenersOf(raw).length === 0) {
    const why = portLdaps !== false && !tls ? ' (LDAPS demande « ldap.tls »)' : '';
    reader.fault(`ldap.port : aucun port à écouter${why}`);
  }
  if (tlsObligatoire && !tls) {
    reader.fault('ldap.tlsObligatoire : demande un certificat dans « ldap.tls »');
  }
}

function checkProxy({ proxyProtocol }: RawLdap, reader: FileReader): void {
  for (const [index, range] of (proxyProtocol?.repartiteurs ?? []).entries()) {
    try {
      parseRanges([range]);
    } catch {
      reader.fault(
        `ldap.proxyProtocol.repartiteurs.${index} : adresse ou plage attendue (192.0.2.1, 2001:db8::/32) : ${range}`,
      );
    }
  }
}

function resolveTls(raw: NonNullable<RawLdap['tls']>, reader: FileReader): ServedFiles {
  return {
    certificate: reader.certificate('ldap.tls.certificat', raw.certificat),
    key: reader.path(raw.cle),
    passphrase: reader.secret('ldap.tls.motDePasse', raw.motDePasse),
    clientAuthorities: raw.autoritesClientes.map((file, index) =>
      reader.certificate(`ldap.tls.autoritesClientes.${index}`, file),
    ),
  };
}

function resolveAccount(
  raw: RawLdap,
  index: number,
  account: RawLdap['comptes'][number],
  reader: FileReader,
): Account {
  const at = `ldap.comptes.${index}`;
  const text = reader.secret(`${at}.motDePasse`, account.motDePasse);
  const passwordHash = text === undefined ? undefined : parsePasswordHash(text.trim());
  if (text !== undefined && !passwordHash) {
    reader.fault(
      `${at}.motDePasse : empreinte « scrypt$… » attendue ; « annuaire-sync ldap mot-de-passe » la donne`,
    );
  }
  if (account.motDePasse === undefined && account.certificat === undefined) {
    reader.fault(`${at} : motDePasse ou certificat est nécessaire`);
  }
  if (account.certificat !== undefined && (raw.tls?.autoritesClientes ?? []).length === 0) {
    reader.fault(`${at}.certificat : demande « ldap.tls.autoritesClientes »`);
  }
  if (isDuplicate(raw, index)) reader.fault(`${at}.nom : « ${account.nom} » est déjà pris`);
  return {
    name: account.nom,
    dn: account.dn,
    passwordHash,
    certificateSubject: account.certificat,
    allowance: allowanceOf(account),
  };
}

/** Names that binds are matched by: those that can be none, and those that two accounts would share. */
function checkNames({ comptes }: RawLdap, key: 'dn' | 'certificat', reader: FileReader): void {
  const holders = new Map<string, string>();
  for (const [index, { nom, [key]: text }] of comptes.entries()) {
    if (text === undefined) continue;
    const at = `ldap.comptes.${index}.${key}`;
    const dn = readAccountDn(text);
    if (dn.kind === 'dn') {
      const holder = holders.get(dn.normalised);
      if (holder !== undefined) reader.fault(`${at} : déjà celui du compte « ${holder} »`);
      holders.set(dn.normalised, nom);
    } else reader.fault(`${at} : ${describeFault(dn, text)}`);
  }
}

function describeFault(dn: Exclude<AccountDn, { kind: 'dn' }>, text: string): string {
  return dn.kind === 'unknownType'
    ? `type « ${dn.type} » inconnu. Écrivez son numéro (OID), comme « 2.5.4.97=… » pour organizationIdentifier`
    : `DN attendu, le plus précis d'abord (« CN=automate,O=Exemple ») : ${text}. ` +
        `Celui d'un certificat : openssl x509 -noout -subject -nameopt RFC2253,utf8,-esc_msb -in certificat.pem`;
}

function isDuplicate({ comptes }: RawLdap, index: number): boolean {
  const name = comptes[index]?.nom.toLowerCase();
  return comptes.slice(0, index).some(({ nom }) => nom.toLowerCase() === name);
}

function allowanceOf(
  raw: Pick<RawLdap['anonyme'], 'entreesMax' | 'tempsMaxSecondes' | 'recherchesParSeconde'>,
): Account['allowance'] {
  return {
    sizeMax: raw.entreesMax,
    timeMaxMs: raw.tempsMaxSecondes * 1_000,
    searchesPerSecond: raw.recherchesParSeconde,
  };
}
