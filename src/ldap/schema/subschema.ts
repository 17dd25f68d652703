// The subschema subentry (RFC 4512 section 4.2): all that this server knows, whether entries hold it or not.
import type { StaticEntry } from '../directory/directory.js';
import { attributeTypes, findRules, objectClasses } from './definitions.js';
import { matchingRules, type MatchingRule } from './matching-rules.js';
import { prepareValue } from './prepare.js';
import { syntaxes } from './syntaxes.js';

export const subschemaDn = 'cn=Subschema';

export function createSubschema(): StaticEntry {
  const operational = (
    name: string,
    values: readonly string[],
  ): StaticEntry['attributes'][number] => ({
    name,
    values,
    isOperational: true,
  });
  return {
    dn: subschemaDn,
    normalisedDn: prepareValue('distinguishedName', subschemaDn) ?? '',
    attributes: [
      {
        name: 'objectClass',
        values: ['top', 'subentry', 'subschema', 'extensibleObject'],
        isOperational: false,
      },
      { name: 'cn', values: ['Subschema'], isOperational: false },
      operational('structuralObjectClass', ['subentry']),
      operational('subtreeSpecification', ['{}']),
      operational('entryDN', [subschemaDn]),
      operational('subschemaSubentry', [subschemaDn]),
      operational('hasSubordinates', ['FALSE']),
      operational(
        'ldapSyntaxes',
        syntaxes.map(({ oid, description }) => `( ${oid} DESC '${description}' )`),
      ),
      operational(
        'matchingRules',
        matchingRules.map(({ oid, name, syntax }) => `( ${oid} NAME '${name}' SYNTAX ${syntax} )`),
      ),
      operational('matchingRuleUse', matchingRules.flatMap(describeUse)),
      operational(
        'attributeTypes',
        attributeTypes.map(({ text }) => text),
      ),
      operational(
        'objectClasses',
        objectClasses.map(({ text }) => text),
      ),
    ],
  };
}

/** RFC 4512 section 4.1.4: attributes that a rule can be asked for in an extensible filter. */
function describeUse({ oid, name, role, matching }: MatchingRule): string[] {
  if (matching === undefined || role !== 'equality') return [];
  const applies = attributeTypes
    .filter((type) => findRules(type).equality === matching)
    .map((type) => type.names[0] ?? type.oid);
  if (applies.length === 0) return [];
  return [`( ${oid} NAME '${name}' APPLIES ( ${applies.join(' $ ')} ) )`];
}
