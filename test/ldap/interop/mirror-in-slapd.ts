// The same tree in OpenLDAP: what the mirror publishes, loaded with slapadd under the schema that the mirror publishes.
import { decodeAttributes, valuesOf } from '../../support/ldap-answer.js';
import type { Mirror } from '../../support/ldap-mirror.js';
import { connectRaw } from '../../support/ldap-raw-client.js';
import { startSlapd, type Slapd } from '../../support/slapd.js';

export async function startSlapdLike(mirror: Mirror): Promise<Slapd> {
  const client = await connectRaw(mirror.port);
  const { entries } = await client.search({ base: mirror.baseDn });
  const records = entries.map((entry) =>
    [
      ldifLine('dn', Buffer.from(entry.dn)),
      ...decodeAttributes(entry).flatMap(({ name, values }) =>
        values.map((value) => ldifLine(name, value)),
      ),
      '',
    ].join('\n'),
  );
  const subschema = (
    await client.search({
      base: 'cn=Subschema',
      scope: 0,
      attributes: ['attributeTypes', 'objectClasses'],
    })
  ).entries[0];
  if (!subschema) throw new Error('the mirror publishes no subschema');
  const own = (name: string, keyword: string): string[] =>
    valuesOf(subschema, name)
      .filter(
        (definition) =>
          /boiteLettreMss|typeBal|\( 1\.3\.6\.1\.4\.1\.6/.test(definition) || isOwn(definition),
      )
      .map((definition) => `${keyword} ${definition}`);
  await client.drop();
  return startSlapd({
    suffix: mirror.baseDn,
    schema: [
      ...own('attributeTypes', 'attributetype'),
      ...own('objectClasses', 'objectclass'),
      '',
    ].join('\n'),
    ldif: records.join('\n'),
  });
}

function isOwn(definition: string): boolean {
  return /^\( 2\.25\./.test(definition);
}

function ldifLine(name: string, value: Buffer): string {
  return `${name}:: ${value.toString('base64')}`;
}
