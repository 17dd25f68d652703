// One stage, as a process of its own, and what befalls it.
import { setTimeout as delay } from 'node:timers/promises';
import { startProgram, type Outcome, type Running, type Surroundings } from './command.js';
import type { Day } from './country.js';
import { damageFile } from './damage.js';
import { mountSmall, resize, unmount } from './disks.js';
import type { Fault } from './faults.js';
import { listFiles } from './invariants.js';
import type { Lane, RelayName } from './lane.js';
import type { Relay } from './relay.js';
import type { Simulated } from './simulated.js';
import { wordsOf, type StageName } from './stages.js';

/** What a stage takes and is sent when nothing happens. */
export type StageMeasure = {
  readonly ms: number;
  readonly bytes: Readonly<Record<RelayName, number>>;
};

/** All that can be hit. */
export type Struck = {
  readonly lane: Lane;
  readonly database: string;
  /** The file of the opérateur's mailboxes. */
  readonly inventaire: string;
  /** Folder of the downloads under way. */
  readonly downloads: string;
  /** Where the database is, when its disk is to fill up. */
  readonly smallDisk: string;
  readonly days: { readonly day: Day; readonly first: Day };
  readonly surroundings: Surroundings;
  readonly simulated: Simulated;
  readonly measures: ReadonlyMap<StageName, StageMeasure>;
  /** How much longer a process of its own works than the stage was measured to, its code being cold. */
  readonly coldFactor: number;
};

/** `onDamage` is given what puts the right thing back. */
export async function strike(
  struck: Struck,
  fault: Fault,
  onDamage: (putBack: () => void) => void,
): Promise<Outcome> {
  const { lane, surroundings, days, inventaire } = struck;
  const words = wordsOf[fault.stage];
  const start = (nodeOptions: readonly string[] = []): Running =>
    startProgram({ ...surroundings, nodeOptions }, words);
  switch (fault.kind) {
    case 'tuer le programme':
    case 'arrêter le programme':
    case 'tuer PostgreSQL':
    case 'tuer une session':
    case 'tuer l’Annuaire':
    case 'injoignable':
      return strikeAt(struck, fault, start());
    case 'réseau': {
      const { bytes } = struck.measures.get(fault.stage) ?? noMeasure;
      lane.relays[fault.relay].arm({
        kind: fault.incident,
        afterBytes: Math.floor(fault.moment * bytes[fault.relay]),
        times: fault.times,
      });
      return start().ended;
    }
    case 'disque plein':
      mountSmall(struck.downloads, fault.bytes);
      onDamage(() => unmount(struck.downloads));
      return start().ended;
    case 'disque de la base plein':
      resize(struck.smallDisk, listFiles([struck.smallDisk]).bytes + fault.marginBytes);
      return start().ended;
    case 'fichier': {
      const target = { files: lane.files, inventaire, ...days };
      onDamage(await damageFile(target, fault.file, fault.damage, fault.moment));
      return start().ended;
    }
    case 'deux à la fois':
      return together(start, fault.apartMs);
    case 'horloge':
      return start(clockJump(fault)).ended;
    case 'fautes de l’API':
    case 'aucune':
      return start().ended;
  }
}

type Sudden = Exclude<
  Extract<Fault, { readonly moment: number }>,
  { readonly kind: 'réseau' | 'fichier' }
>;

/** At a moment of the stage, or at its end when it was quicker; a process that still starts has nothing to break. */
async function strikeAt(
  { lane, database, simulated, measures, coldFactor }: Struck,
  fault: Sudden,
  { child, ended }: Running,
): Promise<Outcome> {
  const { ms } = measures.get(fault.stage) ?? noMeasure;
  await Promise.race([hasBegun(lane.relays.base), ended]);
  await Promise.race([delay(fault.moment * ms * coldFactor), ended]);
  switch (fault.kind) {
    case 'tuer le programme':
      child.kill('SIGKILL');
      break;
    case 'arrêter le programme':
      child.kill('SIGTERM');
      break;
    case 'tuer PostgreSQL':
      lane.postgres.kill();
      break;
    case 'tuer une session':
      await lane.postgres.killSession(database);
      break;
    case 'tuer l’Annuaire':
      await simulated.stop('SIGKILL');
      break;
    case 'injoignable':
      lane.relays[fault.relay].takeDown();
      break;
  }
  return ended;
}

/** Once the database has answered it, whatever a machine takes to start a process. */
async function hasBegun(base: Relay): Promise<void> {
  const before = base.bytes;
  const deadline = performance.now() + beginsWithinMs;
  while (base.bytes === before && performance.now() < deadline) await delay(5);
}

const beginsWithinMs = 30_000;

async function together(start: () => Running, apartMs: number): Promise<Outcome> {
  const first = start();
  await delay(apartMs);
  const second = start();
  const [one, two] = await Promise.all([first.ended, second.ended]);
  return { ...one, text: `${one.text}\n— l’autre (code ${two.code}) :\n${two.text}` };
}

const noMeasure: StageMeasure = { ms: 500, bytes: { base: 20_000, alimentation: 0, fichiers: 0 } };

/** For node: every clock of the process is off by so much, from its first reads or from a later one. */
function clockJump({ jumpMs, afterReads }: { jumpMs: number; afterReads: number }): string[] {
  const source = `const real = Date; let reads = 0;
    const now = () => real.now() + ((reads += 1) > ${afterReads} ? ${jumpMs} : 0);
    globalThis.Date = class extends real {
      constructor(...given) { if (given.length === 0) super(now()); else super(...given); }
      static now() { return now(); }
    };`;
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`];
}
