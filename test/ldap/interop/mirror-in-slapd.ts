// The same tree in OpenLDAP, as an administrator puts it there: `export ldif --schema`, `export ldif`, slapadd.
import { exportEntries } from '../../../src/commands/export-entries.js';
import {
  writeOpenLdapConfig,
  writeOpenLdapSchema,
} from '../../../src/ldap/schema/openldap-schema.js';
import { silentProgress } from '../../../src/progress.js';
import type { Mirror } from '../../support/ldap-mirror.js';
import { startSlapd, type Slapd } from '../../support/slapd.js';

export async function startSlapdLike(
  { database, layout, baseDn }: Mirror,
  schemaForm: 'conf' | 'config' = 'conf',
): Promise<Slapd> {
  const chunks: string[] = [];
  const write = (chunk: string): Promise<void> => {
    chunks.push(chunk);
    return Promise.resolve();
  };
  await exportEntries({ pool: database.pool, layout, progress: silentProgress }, 'ldif', write);
  return startSlapd({
    suffix: baseDn,
    schema: schemaForm === 'conf' ? writeOpenLdapSchema() : writeOpenLdapConfig(),
    ldif: chunks.join(''),
  });
}
