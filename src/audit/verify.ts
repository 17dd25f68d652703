// Walks the chain of the audit trail and names every row that was altered, removed or put in.
import { octetsMax } from '../domain/trace-contenu.js';
import type { Pool } from '../db/pool.js';
import { transaction } from '../db/transaction.js';
import type { Progress } from '../progress.js';
import {
  findTete,
  hashContenu,
  hashEntete,
  listLiens,
  type LienChaine,
  type TeteChaine,
} from '../store/journal.js';

/** What an earlier check kept outside of the database: the row `sequence` had this hash. */
export type PointDeControle = { readonly sequence: number; readonly empreinte: string };

export type FauteChaine = {
  readonly kind:
    | 'contenu-altere'
    | 'entete-alteree'
    | 'effacement-irregulier'
    | 'manquantes'
    | 'chaine-rompue'
    | 'intruse'
    | 'fin-coupee'
    | 'tete-alteree'
    | 'point-different';
  /** First row concerned. */
  readonly sequence: number;
  readonly message: string;
};

export type Verification = {
  readonly estIntacte: boolean;
  readonly tracesCount: number;
  readonly effaceesCount: number;
  /** In order; the first `fautesMax`. */
  readonly fautes: readonly FauteChaine[];
  readonly fautesCount: number;
  /** Of the last row read: what to keep elsewhere. */
  readonly point: PointDeControle;
};

/** Of a trail rewritten from one row on, the first of them tell enough. */
const fautesMax = 100;
// Two contents of each row at most: bounds what one batch may hold.
const batchRows = Math.floor((16 * 1024 * 1024) / (2 * octetsMax));

/** Reads one state of the trail, while others go on writing. Throws when `signal` is aborted. */
export async function verifyJournal(
  pool: Pool,
  points: readonly PointDeControle[],
  { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
): Promise<Verification> {
  return transaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const tete = await findTete(client);
    const check = new ChainCheck(points);
    progress.step({ label: 'Vérification du journal', total: tete?.sequence, unit: 'traces' });
    let apres = -(2n ** 63n);
    for (;;) {
      signal.throwIfAborted();
      const liens = await listLiens(client, apres, batchRows);
      for (const lien of liens) check.next(lien);
      const last = liens.at(-1);
      if (last === undefined) break;
      apres = BigInt(last.sequence);
      progress.update(check.tracesCount);
    }
    progress.end();
    return check.end(tete);
  });
}

/** After a fault it goes on from what the row says: each fault is told once, where it is. */
class ChainCheck {
  tracesCount = 0;
  #effaceesCount = 0;
  #fautesCount = 0;
  readonly #fautes: FauteChaine[] = [];
  #last: { sequence: number; empreinte: Buffer } = { sequence: 0, empreinte: Buffer.alloc(32) };
  readonly #points: ReadonlyMap<number, string>;
  #pointsMax = 0;

  constructor(points: readonly PointDeControle[]) {
    this.#points = new Map(points.map(({ sequence, empreinte }) => [sequence, empreinte]));
    this.#pointsMax = Math.max(0, ...this.#points.keys());
  }

  next(lien: LienChaine): void {
    this.tracesCount += 1;
    const { sequence, empreinte } = lien;
    if (sequence < 1) {
      this.#fault(
        'intruse',
        sequence,
        `La trace ${sequence} porte un numéro que le programme ne donne jamais : elle a été ajoutée à la main.`,
      );
      return;
    }
    this.#checkFollows(lien);
    this.#checkContents(lien);
    if (!hashEntete(lien).equals(empreinte)) {
      this.#fault(
        'entete-alteree',
        sequence,
        `La trace ${sequence} a été altérée : sa date, son action, son issue ou l’une de ses empreintes n’est pas celle qui a été écrite.`,
      );
    }
    const point = this.#points.get(sequence);
    if (point !== undefined && point !== empreinte.toString('hex')) {
      this.#fault(
        'point-different',
        sequence,
        `La trace ${sequence} n’est pas celle du point de contrôle : le journal a été réécrit jusqu’à elle ou avant elle.`,
      );
    }
    this.#last = { sequence, empreinte };
  }

  end(tete: TeteChaine | undefined): Verification {
    const { sequence, empreinte } = this.#last;
    this.#checkTete(tete);
    if (this.#pointsMax > Math.max(sequence, tete?.sequence ?? 0)) {
      this.#fault(
        'fin-coupee',
        sequence + 1,
        `Le point de contrôle connaît une trace ${this.#pointsMax} : ${rangees(sequence + 1, this.#pointsMax)} de la fin du journal.`,
      );
    }
    return {
      estIntacte: this.#fautesCount === 0,
      tracesCount: this.tracesCount,
      effaceesCount: this.#effaceesCount,
      fautes: this.#fautes,
      fautesCount: this.#fautesCount,
      point: { sequence, empreinte: empreinte.toString('hex') },
    };
  }

  #checkFollows({ sequence, precedente }: LienChaine): void {
    const attendue = this.#last.sequence + 1;
    if (sequence > attendue) {
      this.#fault('manquantes', attendue, `${rangees(attendue, sequence - 1)} du journal.`);
    } else if (!precedente.equals(this.#last.empreinte)) {
      this.#fault(
        'chaine-rompue',
        sequence,
        `La trace ${sequence} ne suit pas la trace ${sequence - 1} : l’une des deux a été remplacée, ajoutée, ou des traces ont été retirées entre elles.`,
      );
    }
  }

  #checkContents({ sequence, contenu, empreinteContenu, estEffacee }: LienChaine): void {
    if (contenu === undefined) {
      this.#effaceesCount += 1;
      if (!estEffacee)
        this.#fault(
          'effacement-irregulier',
          sequence,
          `Le contenu de la trace ${sequence} a été vidé sans l’être par l’effacement à terme.`,
        );
    } else if (!hashContenu(contenu.sel, contenu.borne).equals(empreinteContenu)) {
      this.#fault(
        'contenu-altere',
        sequence,
        `Le contenu de la trace ${sequence} a été altéré : ce n’est pas celui qui a été écrit.`,
      );
    }
  }

  #checkTete(tete: TeteChaine | undefined): void {
    const { sequence, empreinte } = this.#last;
    if (tete === undefined) {
      this.#fault(
        'tete-alteree',
        sequence,
        'La tête de la chaîne a été retirée : la fin du journal ne peut pas être vérifiée, et rien ne peut plus y être écrit.',
      );
    } else if (tete.sequence > sequence) {
      this.#fault(
        'fin-coupee',
        sequence + 1,
        `${rangees(sequence + 1, tete.sequence)} de la fin du journal.`,
      );
    } else if (tete.sequence < sequence) {
      this.#fault(
        'intruse',
        tete.sequence + 1,
        `La tête de la chaîne s’arrête à la trace ${tete.sequence} : la trace ${tete.sequence + 1} et les suivantes ont été ajoutées à la main, ou la tête a été reculée.`,
      );
    } else if (!tete.empreinte.equals(empreinte)) {
      this.#fault(
        'tete-alteree',
        sequence,
        `La trace ${sequence}, la dernière, n’est pas celle que la tête de la chaîne connaît.`,
      );
    }
  }

  #fault(kind: FauteChaine['kind'], sequence: number, message: string): void {
    this.#fautesCount += 1;
    if (this.#fautes.length < fautesMax) this.#fautes.push({ kind, sequence, message });
  }
}

function rangees(from: number, to: number): string {
  return from === to
    ? `La trace ${from} a été retirée`
    : `Les traces ${from} à ${to} (${to - from + 1}) ont été retirées`;
}
