// What the settings make of the mirror: its tree, what it says of itself, and what entries are built with.
import { createHash } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import { createDirectory } from '../ldap/directory/create-directory.js';
import type { Directory, StaticEntry } from '../ldap/directory/directory.js';
import { programVersion } from '../version.js';
import { controlOid, extensionOid } from '../ldap/protocol/oid.js';
import { rootDse } from '../ldap/schema/root-dse.js';

export type LdapContent = {
  readonly directory: Directory;
  readonly rootDse: StaticEntry;
  /** Changes with everything that entries are made with. */
  readonly fingerprint: string;
};

/** To be raised when the same settings make other entries or another form of snapshot. */
const contentVersion = 1;

export function createLdapContent({ ldap }: Settings): LdapContent {
  const { layout, server } = ldap;
  const directory = createDirectory(layout);
  const { noticeOfDisconnection: _, startTls, ...extensions } = extensionOid;
  const { tls, access } = server;
  const hasCertificates = access.accounts.some((account) => account.certificateSubject);
  const made = { contentVersion, layout, attributes: directory.schema.attributes };
  return {
    directory,
    rootDse: rootDse({
      baseDn: layout.baseDn,
      controls: [
        controlOid.pagedResults,
        controlOid.sortRequest,
        controlOid.virtualListViewRequest,
        controlOid.manageDsaIt,
      ],
      extensions: [...(tls ? [startTls] : []), ...Object.values(extensions)],
      saslMechanisms: tls && hasCertificates ? ['EXTERNAL'] : [],
      vendorVersion: programVersion,
    }),
    fingerprint: createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16),
  };
}
