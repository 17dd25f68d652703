// Descriptions of attribute types and object classes (RFC 4512 section 4.1), as our own tables write them.

export type AttributeType = {
  readonly oid: string;
  /** The first is the one that answers carry. */
  readonly names: readonly string[];
  readonly sup: string | undefined;
  readonly equality: string | undefined;
  readonly ordering: string | undefined;
  readonly substring: string | undefined;
  /** OID; undefined: that of `sup`. */
  readonly syntax: string | undefined;
  readonly isSingleValue: boolean;
  readonly isOperational: boolean;
  /** As published. */
  readonly text: string;
};

export type ObjectClass = {
  readonly oid: string;
  readonly names: readonly string[];
  readonly sup: string | undefined;
  readonly kind: 'ABSTRACT' | 'STRUCTURAL' | 'AUXILIARY';
  readonly must: readonly string[];
  readonly may: readonly string[];
  readonly text: string;
};

/** @throws when the text is not a description: our tables are wrong */
export function parseAttributeType(text: string): AttributeType {
  const fields = readFields(text);
  const usage = fields.get('USAGE')?.[0] ?? 'userApplications';
  return {
    ...readNames(fields, text),
    sup: fields.get('SUP')?.[0],
    equality: fields.get('EQUALITY')?.[0],
    ordering: fields.get('ORDERING')?.[0],
    substring: fields.get('SUBSTR')?.[0],
    syntax: fields.get('SYNTAX')?.[0],
    isSingleValue: fields.has('SINGLE-VALUE'),
    isOperational: usage !== 'userApplications',
  };
}

export function parseObjectClass(text: string): ObjectClass {
  const fields = readFields(text);
  return {
    ...readNames(fields, text),
    sup: fields.get('SUP')?.[0],
    kind: fields.has('ABSTRACT')
      ? 'ABSTRACT'
      : fields.has('AUXILIARY')
        ? 'AUXILIARY'
        : 'STRUCTURAL',
    must: fields.get('MUST') ?? [],
    may: fields.get('MAY') ?? [],
  };
}

type Fields = ReadonlyMap<string, readonly string[]>;

function readNames(
  fields: Fields,
  text: string,
): { oid: string; names: readonly string[]; text: string } {
  const oid = fields.get('OID')?.[0];
  const names = fields.get('NAME') ?? [];
  if (oid === undefined || names.length === 0) throw new Error(`not a description: ${text}`);
  return { oid, names, text: text.replace(/\s+/g, ' ') };
}

const token = /'([^']*)'|([()$])|([^\s()$']+)/g;
const keywords =
  /^(?:NAME|DESC|SUP|EQUALITY|ORDERING|SUBSTR|SYNTAX|SINGLE-VALUE|NO-USER-MODIFICATION|USAGE|ABSTRACT|STRUCTURAL|AUXILIARY|MUST|MAY)$/;

function readFields(text: string): Fields {
  const fields = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const [, quoted, , word] of text.matchAll(token)) {
    if (quoted === undefined && word === undefined) continue;
    if (word !== undefined && keywords.test(word)) {
      current = [];
      fields.set(word, current);
    } else if (current) {
      current.push(quoted ?? word ?? '');
    } else {
      fields.set('OID', [word ?? '']);
    }
  }
  return fields;
}
