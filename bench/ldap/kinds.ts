// What address books ask, kind by kind, as facts of their sources tell; a request is drawn from the values of one entry.
import type { Filter } from '../../src/ldap/protocol/request.js';
import { balSchemaNames } from './schema-names.js';

/** Values of the entry that a request is about; every kind names those that it cannot do without. */
export type Drawn = {
  readonly mail: string;
  readonly rpps: string;
  readonly sn: string;
  readonly givenName: string;
  readonly l: string;
  readonly title: string;
};

export type Kind = {
  readonly name: string;
  readonly label: string;
  /** Throughput of ours over slapd's that is aimed at. */
  readonly ratioMin: number;
  readonly sizeLimit: number;
  readonly attributes: readonly string[];
  /** Share of the mix, in eighths. */
  readonly weight: number;
  /** `roll` is even in [0, 1): which of the ways of typing the same thing. */
  readonly filterOf: (drawn: Drawn, roll: number) => Filter;
};

const outlookAttributes = [
  ...['cn', 'mail', 'sn', 'givenName', 'title', 'o', 'ou', 'l', 'postalAddress'],
  ...['telephoneNumber', 'facsimileTelephoneNumber', 'department', 'initials'],
];

/** In the order in which they are printed. */
export const kinds: readonly Kind[] = [
  kind('mail', 'mail exact', 1.1, { filterOf: ({ mail }) => equal('mail', mail) }),
  kind('rpps', 'RPPS', 1.1, { filterOf: ({ rpps }) => equal(balSchemaNames.rpps, rpps) }),
  kind('prefixe', 'préfixe de sn, limite 50', 1.1, {
    sizeLimit: 50,
    filterOf: ({ sn }, roll) => starts('sn', typed(sn, 3 + Math.floor(roll * 4))),
  }),
  kind('tb-un-mot', 'Thunderbird, un mot, limite 100', 4, {
    sizeLimit: 100,
    weight: 0.5,
    filterOf: ({ sn, givenName }, roll) =>
      thunderbird(roll < 0.25 ? [typed(givenName, 5)] : [typed(sn, 3 + Math.floor(roll * 5))]),
  }),
  kind('tb-deux-mots', 'Thunderbird, deux mots, limite 100', 4, {
    sizeLimit: 100,
    weight: 0.5,
    filterOf: ({ sn, givenName }, roll) =>
      thunderbird([typed(givenName, 20), typed(sn, 3 + Math.floor(roll * 4))]),
  }),
  kind('outlook', 'Outlook, préfixe, limite 100', 4, {
    sizeLimit: 100,
    attributes: outlookAttributes,
    filterOf: ({ sn }, roll) => outlook(typed(sn, 3 + Math.floor(roll * 4))),
  }),
  kind('et', '(&(sn=…)(l=…)(title=…))', 1.1, {
    filterOf: ({ sn, l, title }) => ({
      kind: 'and',
      filters: [equal('sn', sn), equal('l', l), equal('title', title)],
    }),
  }),
  kind('absent', 'introuvable', 1.1, {
    filterOf: ({ mail, rpps }, roll) =>
      roll < 0.5
        ? equal('mail', `absent.${mail}`)
        : equal(balSchemaNames.rpps, `00${rpps.slice(2)}`),
  }),
  kind('present', 'présence, limite 100', 1.1, {
    sizeLimit: 100,
    filterOf: (_, roll) => ({ kind: 'present', attribute: roll < 0.5 ? 'objectClass' : 'cn' }),
  }),
];

type Rest = Partial<Omit<Kind, 'filterOf'>> & Pick<Kind, 'filterOf'>;

function kind(name: string, label: string, ratioMin: number, rest: Rest): Kind {
  return { name, label, ratioMin, sizeLimit: 0, attributes: [], weight: 1, ...rest };
}

/** Thunderbird's `(|(cn=*%v1*%v2-*)(mail=*%v*)(givenName=*%v1*)(sn=*%v*))`, empty parts dropped. */
function thunderbird(words: readonly string[]): Filter {
  const [first = '', ...others] = words;
  const whole = words.join(' ');
  return {
    kind: 'or',
    filters: [
      contains('cn', ...(others.length === 0 ? [first] : [first, others.join(' ')])),
      contains('mail', whole),
      contains('givenName', first),
      contains('sn', whole),
    ],
  };
}

/** Outlook's `(&(mail=*)(|(mail=%s*)(|(cn=%s*)(|(sn=%s*)(givenName=%s*)))))`. */
function outlook(text: string): Filter {
  const or = (left: Filter, right: Filter): Filter => ({ kind: 'or', filters: [left, right] });
  const names = or(starts('sn', text), starts('givenName', text));
  return {
    kind: 'and',
    filters: [
      { kind: 'present', attribute: 'mail' },
      or(starts('mail', text), or(starts('cn', text), names)),
    ],
  };
}

/** What fingers type: lower case, at most `lettersMax` characters, no space at the end. */
function typed(value: string, lettersMax: number): string {
  return Array.from(value.toLowerCase()).slice(0, lettersMax).join('').trim();
}

function equal(attribute: string, value: string): Filter {
  return { kind: 'equality', attribute, value: Buffer.from(value) };
}

function starts(attribute: string, value: string): Filter {
  const initial = Buffer.from(value);
  return { kind: 'substrings', attribute, initial, any: [], final: undefined };
}

function contains(attribute: string, ...values: readonly string[]): Filter {
  const any = values.map((value) => Buffer.from(value));
  return { kind: 'substrings', attribute, initial: undefined, any, final: undefined };
}
