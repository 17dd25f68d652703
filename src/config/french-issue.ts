// Faults of the settings file in French, each with its path.
import type { YAMLParseError } from 'yaml';
import type { z } from 'zod';

export function describeYamlError({
  code,
  message,
}: Pick<YAMLParseError, 'code' | 'message'>): string {
  const french: Readonly<Partial<Record<YAMLParseError['code'], string>>> = {
    TAB_AS_INDENT: 'une tabulation sert de retrait ; mettez des espaces',
    DUPLICATE_KEY: 'cette clé est écrite deux fois',
    MULTIPLE_DOCS: 'le fichier contient plusieurs documents (« --- ») ; gardez-en un seul',
    BAD_INDENT: 'le retrait ne correspond pas à celui des lignes voisines',
    MISSING_CHAR: 'un signe manque (guillemet, crochet, accolade ou « : »)',
  };
  return french[code] ?? `YAML mal formé (${message.split('\n')[0] ?? code})`;
}

/** A union's issue hides those of its members: show the member that got furthest. */
export function flatten(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
    const others = issue.errors.filter((member) => !isOff(member));
    const members = others.length > 0 ? others : issue.errors;
    const deepest = [...members].sort((left, right) => depthOf(right) - depthOf(left))[0] ?? [];
    const orOff = members.length < issue.errors.length ? ', ou false' : '';
    return flatten(deepest).map((inner) => ({
      ...inner,
      message: inner.path.length === 0 ? `${inner.message}${orOff}` : inner.message,
      path: [...issue.path, ...inner.path],
    }));
  });
}

/** The member by which a part is switched off: whoever wrote a wrong port is not told that only false will do. */
function isOff([issue]: readonly z.core.$ZodIssue[]): boolean {
  return issue?.code === 'invalid_value' && issue.values.every((value) => value === false);
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    ...issues.map((issue) => issue.path.length + (issue.code === 'invalid_type' ? 0 : 1)),
  );
}

export function frenchIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `clé inconnue : ${issue.keys.join(', ')} (« annuaire-sync config init » liste les clés)`;
    case 'invalid_type':
      return issue.input === undefined
        ? 'valeur obligatoire absente'
        : `type attendu : ${issue.expected}`;
    case 'too_small':
      return `trop petit : au moins ${String(issue.minimum)}`;
    case 'too_big':
      return `trop grand : au plus ${String(issue.maximum)}`;
    case 'invalid_value':
      return `valeur attendue : ${issue.values.map(String).join(', ')}`;
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
      return undefined;
    default:
      return issue satisfies never;
  }
}
