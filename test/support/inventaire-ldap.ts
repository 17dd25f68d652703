// A directory with the attributes of a mail platform, and sources of the inventory that read it.
import { correspondanceOf, regle } from '../../src/inventory/ldap/correspondance.js';
import type { LdapSettings } from '../../src/inventory/ldap/client.js';
import type { SourceLdap } from '../../src/inventory/ldap/ouvrir.js';

const ia5 = 'SYNTAX 1.3.6.1.4.1.1466.115.121.1.26';
const names = [
  'zimbraMailDeliveryAddress',
  'zimbraMailAlias',
  'zimbraAccountStatus',
  'zimbraCreateTimestamp',
  'zimbraLastLogonTimestamp',
  'zimbraMailQuota',
  'zimbraMailForwardingAddress',
  'zimbraPrefMailForwardingAddress',
  'zimbraIsSystemResource',
  'zimbraIsSystemAccount',
  'rpps',
  'finess',
];

/** In slapd.conf's syntax; every attribute may have several values. */
export const zimbraSchema = [
  ...names.map(
    (name, index) =>
      `attributetype ( 1.3.6.1.4.1.55555.1.${index} NAME '${name}' EQUALITY caseIgnoreIA5Match SUBSTR caseIgnoreIA5SubstringsMatch ${ia5} )`,
  ),
  `objectclass ( 1.3.6.1.4.1.55555.2.1 NAME 'zimbraAccount' SUP top AUXILIARY MAY ( ${names.join(' $ ')} ) )`,
  '',
].join('\n');

export const suffix = 'dc=chu';

export type Attributs = Readonly<Record<string, string | readonly string[]>>;

export function zimbraLdif(
  entries: Iterable<readonly [rdn: string, attributs: Attributs]>,
): string {
  const parts = [
    `dn: ${suffix}\nobjectClass: domain\ndc: chu\n`,
    `dn: ou=people,${suffix}\nobjectClass: organizationalUnit\nou: people\n`,
  ];
  for (const [rdn, attributs] of entries) {
    const lines = Object.entries({ cn: 'x', sn: 'x', ...attributs }).flatMap(([name, values]) =>
      [values].flat().map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
    );
    parts.push(
      `dn:: ${Buffer.from(`${rdn},ou=people,${suffix}`).toString('base64')}\nobjectClass: inetOrgPerson\nobjectClass: zimbraAccount\n${lines.join('\n')}\n`,
    );
  }
  return parts.join('\n');
}

const limites = { connexionMs: 10_000, silenceMs: 30_000, totalMs: 120_000, entreesMax: 1_000_000 };

export function sourceLdap(
  port: number,
  connexion: Partial<Omit<LdapSettings, 'attributs' | 'limites'>> & {
    readonly limites?: Partial<LdapSettings['limites']>;
  } = {},
  correspondance: Partial<SourceLdap['correspondance']> = {},
): SourceLdap {
  return {
    correspondance: {
      ...correspondanceOf(
        'zimbra',
        {
          typeBal: { constante: 'PER' },
          identifiantPp: regle('rpps'),
          identifiantStructure: regle('finess'),
        },
        [],
      ),
      ...correspondance,
    },
    connexion: {
      url: `ldap://127.0.0.1:${port}`,
      startTls: false,
      tls: undefined,
      compte: { dn: `cn=admin,${suffix}`, motDePasse: 'secret-slapd' },
      base: suffix,
      portee: 'sub',
      filtre: '(objectClass=zimbraAccount)',
      pagination: 500,
      renvois: 'refuser',
      ...connexion,
      limites: { ...limites, ...connexion.limites },
    },
  };
}
