// Our own definitions for an OpenLDAP server, which has the standard ones in core, cosine and inetorgperson.
import { parseAttributeType, parseObjectClass } from './description.js';
import { mssAttributeTypes, mssObjectClasses } from './mss-schema.js';

const attributes = mssAttributeTypes.map((text) => parseAttributeType(text).text);
const classes = mssObjectClasses.map((text) => parseObjectClass(text).text);

/** A file to `include` in slapd.conf. */
export function writeOpenLdapSchema(): string {
  return [
    '# Schéma « boiteLettreMss » d’annuaire-sync. Il complète core, cosine et inetorgperson.',
    '',
    ...attributes.map((text) => `attributetype ${wrap(text, '  ')}\n`),
    ...classes.map((text) => `objectclass ${wrap(text, '  ')}\n`),
  ].join('\n');
}

/** The same for `ldapadd -Y EXTERNAL -H ldapi:///`, where the configuration is in cn=config. */
export function writeOpenLdapConfig(): string {
  return [
    'dn: cn=annuaire-sync,cn=schema,cn=config',
    'objectClass: olcSchemaConfig',
    'cn: annuaire-sync',
    ...attributes.map((text) => `olcAttributeTypes: ${wrap(text, '  ')}`),
    ...classes.map((text) => `olcObjectClasses: ${wrap(text, '  ')}`),
    '',
  ].join('\n');
}

/** Cut at spaces; in LDIF the first space of the indent is the mark of a continuation, the second stays. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + word.length > 74) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current].join(`\n${indent}`);
}
