// What the architecture test reads: the imports and casts of a TypeScript file, and the rule that they must follow.
import { posix } from 'node:path';
import ts from 'typescript';

/** A source file: its path from the repository's root, with '/'. */
export type SourceText = { readonly path: string; readonly text: string };

export type ImportRule = {
  /** Folder of src -> folders that it may import. A folder may import itself. */
  readonly folders: Readonly<Record<string, readonly string[]>>;
  /** Files of src itself that everything may import. */
  readonly anywhere: readonly string[];
  /** Folders and files of src that build the program: they may import everything, and nothing imports them. */
  readonly compositionRoot: readonly string[];
  /** Package -> the folders and files of src that may import it. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Folders that may do no input or output: no node:* module either, but the one of hashes. */
  readonly pure: readonly string[];
};

/** French-free sentences, one per fault; none when every import is allowed. */
export function findFaults(files: readonly SourceText[], rule: ImportRule): string[] {
  return files.flatMap((file) => [...importFaults(file, rule), ...castFaults(file)]);
}

function importFaults(file: SourceText, rule: ImportRule): string[] {
  const from = placeOf(file.path);
  const isRoot = rule.compositionRoot.includes(from);
  if (!isRoot && !rule.anywhere.includes(from) && !(from in rule.folders)) {
    return [`${file.path}: ${from} has no place in the import rule`];
  }
  const { importedFiles } = ts.preProcessFile(file.text, true, true);
  return importedFiles.flatMap(({ fileName }) => {
    const fault = fileName.startsWith('.')
      ? localFault(file.path, from, fileName, rule)
      : packageFault(from, fileName, rule);
    return fault === undefined ? [] : [`${file.path}: ${fault}`];
  });
}

function localFault(
  path: string,
  from: string,
  target: string,
  rule: ImportRule,
): string | undefined {
  const resolved = posix.join(posix.dirname(path), target);
  if (!resolved.startsWith('src/')) return `imports ${resolved}, outside of src`;
  const to = placeOf(resolved.replace(/\.js$/, '.ts'));
  if (to === from || rule.anywhere.includes(to)) return undefined;
  if (rule.compositionRoot.includes(from)) return undefined;
  if (rule.compositionRoot.includes(to)) return `imports ${to}, which only builds the program`;
  return (rule.folders[from] ?? []).includes(to) ? undefined : `${from} may not import ${to}`;
}

function packageFault(from: string, target: string, rule: ImportRule): string | undefined {
  if (target.startsWith('node:')) {
    const isRefused = rule.pure.includes(from) && target !== 'node:crypto';
    return isRefused ? `${from} may not import ${target}` : undefined;
  }
  const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
  const homes = rule.packages[name];
  if (!homes) return `imports ${target}, a package without a home in the import rule`;
  return homes.includes(from) ? undefined : `imports ${target}, whose home is ${homes.join(', ')}`;
}

/** The first folder under src or, for a file of src itself, its name. */
function placeOf(path: string): string {
  return path.split('/')[1] ?? path;
}

function castFaults(file: SourceText): string[] {
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ESNext, true);
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) &&
      node.type.kind === ts.SyntaxKind.AnyKeyword
    ) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      faults.push(`${file.path}:${line + 1}: as any`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return faults;
}
