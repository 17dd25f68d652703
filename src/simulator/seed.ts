// The first state: what the extraction in service shows, and what the inventory knows that no extraction shows.
import { isTypeBal, type TypeBal } from '../domain/bal-operateur.js';
import type { Client } from '../db/pool.js';
import type { Progress } from '../progress.js';
import {
  listHiddenBals,
  listNamedStructures,
  columnCount,
  streamLines,
  type HiddenBal,
  type Seed,
} from '../store/simulator.js';
import { listStructureFacts, type StructureFacts } from '../store/simulator-structures.js';
import type { CarriedBal } from './carried-bal.js';
import { formOf } from './contact-point.js';
import type { Dialect } from './dialect.js';
import type { State } from './state.js';
import { porteurOf, type PorteurKey } from './porteur.js';
import type { Structures } from './structures.js';

export type SeedOptions = {
  /** APP, CAB and liste rouge of the inventory. */
  readonly hasInventaire: boolean;
  readonly dialect: Dialect;
};

const structureBatch = 5_000;

export async function seedState(
  client: Client,
  seed: Seed,
  options: SeedOptions,
  { state, structures }: { readonly state: State; readonly structures: Structures },
  progress: Progress,
): Promise<void> {
  progress.step({ label: 'Structures de l’annuaire simulé', total: undefined, unit: 'lignes' });
  const names = await listNamedStructures(client, seed);
  const facts: StructureFacts[] = [];
  for (let at = 0; at < names.length; at += structureBatch) {
    const batch = names.slice(at, at + structureBatch);
    facts.push(...(await listStructureFacts(client, batch, seed.loads)));
    progress.update(at + batch.length);
  }
  structures.seed(names, facts);
  progress.step({ label: 'BAL de l’annuaire simulé', total: undefined, unit: 'lignes' });
  const { encoding, hasEmailType } = options.dialect.shown;
  const form = formOf(encoding, hasEmailType);
  let readCount = 0;
  for await (const lines of streamLines(client, seed)) {
    for (const line of lines) state.seed(porteurOfLine(line, structures), balOfLine(line, form));
    readCount += lines.length;
    progress.update(readCount);
  }
  if (options.hasInventaire) {
    for (const bal of await listHiddenBals(client, seed)) seedHidden(bal, form, state, structures);
  }
  progress.end();
}

/** A line of the extraction as `streamLines` gives it. */
export function porteurOfLine(line: readonly string[], structures: Structures): PorteurKey {
  const [typeBal = '', adresse = '', typeIdentifiantPp = '', identifiantPp = ''] = line;
  return porteurOf({
    adresse,
    typeBal,
    typeIdentifiantPp,
    identifiantPp,
    structure: structureKeyOf(line[columnCount] ?? '', structures),
  });
}

function structureKeyOf(name: string, structures: Structures): string {
  return name === '' ? '' : (structures.known(name)?.key ?? name);
}

const serviceColumn = 7;

function balOfLine(line: readonly string[], form: CarriedBal['form']): CarriedBal {
  const typeBal = typeOfLine(line);
  const service = line[serviceColumn] ?? '';
  return {
    adresse: line[1] ?? '',
    typeBal,
    listeRouge: false,
    rank: undefined,
    description: undefined,
    // The API gives PER no service, whatever the extraction shows.
    service: service === '' || typeBal === 'PER' || typeBal === 'CAB' ? undefined : service,
    responsable: undefined,
    form,
    isSeeded: true,
    namedStructure: undefined,
  };
}

/** The file's, else the one that its holder makes likely. */
function typeOfLine([type = '', , , identifiantPp = '']: readonly string[]): TypeBal {
  if (isTypeBal(type)) return type;
  return identifiantPp === '' ? 'ORG' : 'PER';
}

function seedHidden(
  bal: HiddenBal,
  form: CarriedBal['form'],
  state: State,
  structures: Structures,
): void {
  const { adresse, typeBal, structureId } = bal;
  const key = porteurOf({
    adresse,
    typeBal,
    typeIdentifiantPp: bal.typeIdentifiantPp ?? '',
    identifiantPp: bal.identifiantPp ?? '',
    structure: structureKeyOf(structureId ?? '', structures),
  });
  const type = isTypeBal(typeBal) ? typeBal : 'ORG';
  const isOrganizational = type === 'ORG' || type === 'APP';
  state.seed(key, {
    adresse,
    typeBal: type,
    listeRouge: bal.listeRouge,
    rank: bal.preferee ? 1 : undefined,
    description: type === 'PER' ? undefined : (bal.description ?? undefined),
    service: isOrganizational ? (bal.service ?? undefined) : undefined,
    responsable: isOrganizational ? (bal.responsable ?? undefined) : undefined,
    form,
    isSeeded: true,
    namedStructure: structureId ?? undefined,
  });
}
