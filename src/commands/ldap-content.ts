// What the settings make of the mirror: its tree, what it says of itself, and what entries are built with.
import type { Settings } from '../config/settings.js';
import { createDirectory } from '../ldap/directory/create-directory.js';
import type { Directory, StaticEntry } from '../ldap/directory/directory.js';
import { programVersion } from './version.js';
import { controlOid, extensionOid } from '../ldap/protocol/oid.js';
import { rootDse } from '../ldap/schema/root-dse.js';
import { createSnapshotPlan, type SnapshotPlan } from '../ldap/snapshot/snapshot-plan.js';

export type LdapContent = {
  readonly directory: Directory;
  readonly rootDse: StaticEntry;
  readonly plan: SnapshotPlan;
};

export function createLdapContent({ ldap }: Settings): LdapContent {
  const { layout, server } = ldap;
  const directory = createDirectory(layout);
  const { startTls, whoAmI, cancel } = extensionOid;
  const { tls, access } = server;
  const hasCertificates = access.accounts.some((account) => account.certificateSubject);
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
      extensions: [...(tls ? [startTls] : []), whoAmI, cancel],
      saslMechanisms: tls && hasCertificates ? ['EXTERNAL'] : [],
      vendorVersion: programVersion,
    }),
    plan: createSnapshotPlan(layout, directory.schema),
  };
}
