// A clock that jumped: deadlines of deletions and dates of traces would be wrong by as much, so nothing is written with it.
import { instantEnFrancais } from '../domain/paris-time.js';
import type { Pool } from '../db/pool.js';
import { RefusedError } from '../errors.js';
import { readHorloges } from '../store/horloge.js';
import type { Surroundings } from './program.js';

/** Time zones are no difference: both are instants. Machines that keep time differ by less than a second. */
const ecartMaxMs = 10 * 60_000;

/**
 * Throws RefusedError `HORLOGE_FAUSSE` when this machine and the database disagree and something is to be written; otherwise
 * warns of it, and of a clock that is before what is already written.
 */
export async function checkHorloge(
  pool: Pool,
  { horloge = () => new Date() }: Pick<Surroundings, 'horloge'>,
  writing: string | undefined,
  report: (message: string) => void,
): Promise<void> {
  const ici = horloge();
  const { base, derniereTrace, dernierChargement } = await readHorloges(pool);
  const constat = constatOf(ici, base);
  if (constat !== undefined) {
    const suite = `${remede}, puis relancez.`;
    if (writing !== undefined) {
      throw new RefusedError('HORLOGE_FAUSSE', `${constat} Rien n’a été fait. ${suite}`);
    }
    report(`${constat} ${suite}`);
  }
  for (const [quoi, date] of [
    ['La dernière trace du journal', derniereTrace],
    ['Le dernier chargement', dernierChargement],
  ] as const) {
    if (date && date.getTime() - base.getTime() > ecartMaxMs) {
      report(
        `${quoi} porte une date à venir (${instantEnFrancais(date)}) : l’horloge a reculé de ${dureeOf(date.getTime() - base.getTime())} depuis. ` +
          'Vérifiez l’heure de la base et de cette machine ; les délais comptés entre-temps sont à relire.',
      );
    }
  }
}

/** French: what is wrong and what to do, for a program that goes on by itself once it is right; undefined: nothing is. */
export function describeHorlogeFausse(ici: Date, base: Date): string | undefined {
  const constat = constatOf(ici, base);
  return constat === undefined ? undefined : `${constat} ${remede}.`;
}

function constatOf(ici: Date, base: Date): string | undefined {
  const avanceMs = ici.getTime() - base.getTime();
  if (Math.abs(avanceMs) <= ecartMaxMs) return undefined;
  return (
    `L’horloge de cette machine (${instantEnFrancais(ici)}) ${avanceMs > 0 ? 'avance' : 'retarde'} de ${dureeOf(avanceMs)} sur ` +
    `celle de la base de données (${instantEnFrancais(base)}).`
  );
}

const remede =
  'Mettez à l’heure celle des deux qui a tort (timedatectl, chrony ou systemd-timesyncd)';

function dureeOf(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes < 120) return `${minutes} min`;
  const heures = Math.round(minutes / 60);
  return heures < 48 ? `${heures} h` : `${Math.round(heures / 24)} jours`;
}
