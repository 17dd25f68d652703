// What the operations of one PATCH do to the BAL of one carrier: all of them, or none (pure).
import {
  applyEffects,
  isTypeCarried,
  typesCarried,
  type CarriedBal,
  type Effect,
} from './carried-bal.js';
import type { Path } from './path.js';
import {
  formOf,
  isRank,
  isText,
  readContactPoint,
  readType,
  type ReadBal,
} from './contact-point.js';
import type { Dialect } from './dialect.js';
import type { Operation, Value } from './operations.js';
import { alreadyCarried, unprocessable, malformed, type Refusal } from './refusal.js';
import type { ResourceType } from './systems.js';

export type Target = {
  readonly resourceType: ResourceType;
  /** False for a Practitioner without RPPS (type 10, ADELI): its BAL can only be deleted. */
  readonly isIdentified: boolean;
  /** IdNatStruct by which the request named the structure. */
  readonly namedStructure: string | undefined;
};

/** Ours: each PATCH reads and answers all that a carrier holds. */
const balsPerPorteurMax = 10_000;

export type Applied = {
  readonly kind: 'applied';
  readonly bals: readonly CarriedBal[];
  readonly effects: readonly Effect[];
};

export function apply(
  bals: readonly CarriedBal[],
  operations: readonly Operation[],
  target: Target,
  dialect: Dialect,
): Applied | Refusal {
  let current = bals;
  const effects: Effect[] = [];
  for (const operation of operations) {
    const effect = effectOf(current, operation, target, dialect);
    if (effect === undefined) continue;
    if ('kind' in effect) return effect;
    effects.push(effect);
    current = applyEffects(current, [effect]);
  }
  return { kind: 'applied', bals: current, effects };
}

/** Undefined: nothing to do. */
function effectOf(
  bals: readonly CarriedBal[],
  operation: Operation,
  target: Target,
  dialect: Dialect,
): Effect | Refusal | undefined {
  switch (operation.kind) {
    case 'insert':
      return insert(bals, operation, target, dialect);
    case 'replace':
      return replace(bals, operation, target, dialect);
    case 'delete':
      // FHIR R4, FHIRPath Patch: « delete: the content will be deleted (if found) ».
      return bals.some(({ adresse }) => adresse === operation.adresse)
        ? { k: 'delete', a: operation.adresse }
        : undefined;
  }
}

function insert(
  bals: readonly CarriedBal[],
  { index, value }: Operation & { kind: 'insert' },
  target: Target,
  dialect: Dialect,
): Effect | Refusal {
  const parsed = readBal(value, target, dialect);
  if ('kind' in parsed) return parsed;
  if (isCarried(bals, parsed.adresse)) return alreadyCarried(parsed.adresse);
  if (bals.length >= balsPerPorteurMax) {
    return unprocessable(`${balsPerPorteurMax} BAL au plus sur un porteur`);
  }
  if (index > bals.length) {
    return unprocessable(`index ${index} : telecom compte ${bals.length} éléments`);
  }
  const { namedStructure } = target;
  return { k: 'insert', i: index, bal: { ...parsed, isSeeded: false, namedStructure } };
}

function isCarried(bals: readonly CarriedBal[], adresse: string): boolean {
  const key = adresse.toLowerCase();
  return bals.some((bal) => bal.adresse.toLowerCase() === key);
}

function readBal(value: Value, target: Target, dialect: Dialect): ReadBal | Refusal {
  if (value.key !== 'valueContactPoint') return malformed('part value : valueContactPoint attendu');
  const parsed = readContactPoint(value.value, dialect);
  if (typeof parsed === 'string') return malformed(parsed);
  return checkData(parsed, target, dialect) ?? parsed;
}

function checkData(bal: ReadBal, target: Target, dialect: Dialect): Refusal | undefined {
  const { resourceType } = target;
  if (!target.isIdentified) {
    return unprocessable("Ce porteur n'a pas de RPPS : ses BAL ne peuvent qu'être supprimées");
  }
  if (!isTypeCarried(resourceType, bal.typeBal)) {
    return unprocessable(
      `Type ${bal.typeBal} : un ${resourceType} porte ${typesCarried(resourceType)}`,
    );
  }
  const forbidden = findForbidden(bal, dialect);
  if (forbidden === undefined) return undefined;
  return unprocessable(`Une BAL ${bal.typeBal} n'a pas de donnée « ${forbidden} »`);
}

/** Data of each type: guide « spec-fonctionnelle-alimentation », swagger tables. */
function findForbidden(bal: ReadBal, dialect: Dialect): string | undefined {
  const { typeBal } = bal;
  if (bal.service !== undefined && (typeBal === 'PER' || typeBal === 'CAB')) return 'service';
  if (bal.description !== undefined && typeBal === 'PER') return 'description';
  const isWithout = typeBal === 'PER' || (typeBal === 'CAB' && !dialect.isCabResponsableAllowed);
  return bal.responsable !== undefined && isWithout ? 'responsible' : undefined;
}

function replace(
  bals: readonly CarriedBal[],
  { path, value }: Operation & { kind: 'replace' },
  target: Target,
  dialect: Dialect,
): Effect | Refusal {
  const bal = bals.find(({ adresse }) => adresse === path.adresse);
  // FHIR R4, FHIRPath Patch: « replace » needs its element; RFC 5789 gives 422 to what cannot be processed.
  if (!bal) return unprocessable(`Aucune BAL « ${path.adresse} » sur ce porteur`);
  const after =
    path.kind === 'bal' ? readBal(value, target, dialect) : change(bal, path, value, dialect);
  if ('kind' in after) return after;
  const refusal = checkData(after, target, dialect) ?? checkChange(bals, bal, after, dialect);
  if (refusal) return refusal;
  const { namedStructure } = bal;
  return { k: 'replace', a: bal.adresse, bal: { ...after, isSeeded: false, namedStructure } };
}

function checkChange(
  bals: readonly CarriedBal[],
  before: CarriedBal,
  after: ReadBal,
  { isAdresseChangeable }: Dialect,
): Refusal | undefined {
  const isSameAdresse = before.adresse.toLowerCase() === after.adresse.toLowerCase();
  if (!isAdresseChangeable && (!isSameAdresse || before.typeBal !== after.typeBal)) {
    return unprocessable("L'adresse et le type d'une BAL ne sont pas modifiables");
  }
  return !isSameAdresse && isCarried(bals, after.adresse)
    ? alreadyCarried(after.adresse)
    : undefined;
}

function change(
  bal: CarriedBal,
  path: Path & { kind: 'rank' | 'attribute' },
  { key, value }: Value,
  dialect: Dialect,
): ReadBal | Refusal {
  if (path.kind === 'rank') {
    if (bal.rank === undefined) return absent('rank');
    if (key !== 'valueInteger' && key !== 'valuePositiveInt') return expected('valueInteger');
    return isRank(value) ? { ...bal, rank: value } : expected('un entier ≥ 1');
  }
  switch (path.attribute) {
    case 'type': {
      const parsed = readType({ [key]: value }, dialect);
      if (typeof parsed === 'string') return malformed(parsed);
      const form = formOf(parsed.encoding, bal.form.hasEmailType, bal.form.use);
      return { ...bal, typeBal: parsed.typeBal, form };
    }
    case 'listeRouge':
      if (bal.listeRouge === undefined) return absent('listeRouge');
      if (key !== 'valueBoolean' || typeof value !== 'boolean') return expected('valueBoolean');
      return { ...bal, listeRouge: value };
    case 'description':
    case 'service':
    case 'responsible': {
      const field = path.attribute === 'responsible' ? 'responsable' : path.attribute;
      if (bal[field] === undefined) return absent(path.attribute);
      if (key !== 'valueString' || !isText(value)) return expected('valueString');
      return { ...bal, [field]: value };
    }
  }
}

/** The path gives no element: only the whole ContactPoint can be replaced. */
function absent(attribute: string): Refusal {
  return unprocessable(
    `« ${attribute} » est absent de cette BAL : le chemin ne désigne rien, remplacez la BAL entière`,
  );
}

function expected(what: string): Refusal {
  return malformed(`part value : ${what} attendu`);
}
