/**
 * The one form of an object identifier or of its name: a known one by its lower-case name, any other numeric one as it
 * is. Undefined: an unknown name (RFC 4517 section 4.2.26).
 */
export function findObjectIdentifier(text: string): string | undefined {
  const known = names.get(text.toLowerCase());
  if (known !== undefined) return known;
  return /^[0-2](?:\.(?:0|[1-9][0-9]*))+$/.test(text) ? text : undefined;
}

// Replaced by the table of definitions.
const names = new Map<string, string>(
  [
    ['top', '2.5.6.0'],
    ['person', '2.5.6.6'],
    ['organizationalPerson', '2.5.6.7'],
    ['inetOrgPerson', '2.16.840.1.113730.3.2.2'],
    ['organizationalRole', '2.5.6.8'],
    ['organizationalUnit', '2.5.6.5'],
    ['organization', '2.5.6.4'],
    ['subschema', '2.5.20.1'],
    ['boiteLettreMss', ''],
  ].flatMap(([name = '', oid = '']) => {
    const key = name.toLowerCase();
    return [[key, key] as const, [oid, key] as const];
  }),
);
