// A search from its first candidate to its SearchResultDone, however many turns that takes.
import type { ByteWriter } from '../../ber/writer.js';
import { responseTag } from '../../protocol/operation-tag.js';
import { writeEntry, type ResponseControl } from '../../protocol/response.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import type { PageAnswer } from '../../search/paged-search.js';
import type { SearchInput, SearchResult, SearchRun } from '../../search/search-run.js';
import type { SortPlan } from '../../search/sort-plan.js';
import type { SortedLists } from '../../search/sorted-lists.js';
import { selectAttributes, selectStatic, type Selection } from '../../search/select-attributes.js';
import { writeHits } from '../../search/write-entry.js';
import { pieceBytes } from '../answer-output.js';
import { answerBare, answerResult } from '../answers.js';
import type { Connection } from '../connection.js';
import { tellSearch } from '../consulted.js';
import type { PendingOperation } from '../pending-operation.js';
import { arrange, pagedControl, type BoundedControls } from './search-controls.js';
import { SortedRun } from './sorted-run.js';

/** Entries written between two looks at the clock: well under a millisecond. */
const entriesPerLook = 64;

/** What is left to send. */
type Outcome = SearchResult & {
  /** Empty unless the search was refused after all. */
  readonly message: string;
  readonly controls: readonly ResponseControl[];
};

/** What finds the entries, or where they were found before. `plan`: undefined when no order was asked for. */
export type HitSource =
  | {
      readonly kind: 'run';
      readonly run: SearchRun;
      readonly plan: SortPlan | undefined;
      readonly viewed: ViewedList | undefined;
    }
  | { readonly kind: 'list'; readonly hits: Uint32Array; readonly plan: SortPlan }
  | { readonly kind: 'page'; readonly page: PageAnswer };

/** Where a sorted list goes that virtual list views are of. */
export type ViewedList = { readonly lists: SortedLists; readonly key: string };

const noHits = new Uint32Array(0);

export class SearchOperation implements PendingOperation {
  readonly messageId: number;
  readonly #startMs = performance.now();
  readonly #input: SearchInput;
  readonly #controls: BoundedControls;
  readonly #selection: Selection;
  readonly #run: SortedRun | undefined;
  readonly #plan: SortPlan | undefined;
  readonly #viewed: ViewedList | undefined;
  #outcome: Outcome | undefined;
  /** Entries sent: static ones, then hits. */
  #sent = 0;

  constructor(input: SearchInput, controls: BoundedControls, source: HitSource) {
    const { request, directory } = input;
    this.messageId = request.messageId;
    this.#controls = controls;
    this.#selection = selectAttributes(directory, request.attributes, request.typesOnly);
    this.#input = input;
    switch (source.kind) {
      case 'run':
        this.#run = new SortedRun(input, source.run, source.plan);
        this.#plan = source.plan;
        this.#viewed = source.viewed;
        break;
      case 'list':
        this.#plan = source.plan;
        this.#outcome = this.#arrange({ code: resultCode.success, statics: [], hits: source.hits });
        break;
      case 'page': {
        const { page } = source;
        this.#outcome = outcomeOfPage(page);
        // A later page is of the snapshot that the first one was of.
        if (page.kind === 'page') this.#input = { ...input, snapshot: page.page.snapshot };
      }
    }
  }

  get heldBytes(): number {
    return this.#outcome ? this.#outcome.hits.byteLength : (this.#run?.heldBytes ?? 0);
  }

  release(): void {
    this.#run?.release();
  }

  advance(connection: Connection, deadlineMs: number, startMs: number): boolean {
    let nowMs = startMs;
    while (!this.#outcome && this.#run) {
      const result = this.#run.step(nowMs);
      if (result) {
        this.#outcome = this.#finish(connection, result);
        this.#run.release();
      } else {
        nowMs = performance.now();
        if (nowMs > deadlineMs) return false;
      }
    }
    return !this.#outcome || this.#send(connection, this.#outcome, deadlineMs);
  }

  cancel(connection: Connection): void {
    const result = { code: resultCode.canceled };
    answerResult(connection, this.messageId, responseTag.searchDone, result);
  }

  refuse(connection: Connection): void {
    const result = { code: resultCode.busy, message: 'too many searches at once, try again' };
    answerResult(connection, this.messageId, responseTag.searchDone, result);
  }

  /** What the controls make of the hits. */
  #finish(connection: Connection, result: SearchResult): Outcome {
    if (this.#viewed && result.code === resultCode.success) {
      const { lists, key } = this.#viewed;
      lists.keep(key, this.#input.snapshot, result.hits, performance.now());
    }
    const arranged = this.#arrange(result);
    const { paged } = this.#controls;
    if (!paged || arranged.message !== '') return arranged;
    if (paged.size === 0) {
      // RFC 2696 section 3: the client only wants to know how many there are.
      const total = arranged.statics.length + arranged.hits.length;
      const count = pagedControl(total, Buffer.alloc(0));
      return refusal(resultCode.success, '', [...arranged.controls, count]);
    }
    const { request, snapshot } = this.#input;
    const list = { ...arranged, snapshot };
    const page = connection.pages.open(request, list, paged.size, performance.now());
    return outcomeOfPage(page, arranged.controls);
  }

  #arrange(result: SearchResult): Outcome {
    const arranged = arrange(this.#input, result, this.#plan, this.#controls);
    const { code, controls } = arranged;
    if ('kind' in arranged) return refusal(code, arranged.message, controls);
    const { statics, hits } = arranged;
    return { code, message: '', statics, hits, controls };
  }

  #send(connection: Connection, outcome: Outcome, deadlineMs: number): boolean {
    const { writer } = connection;
    const { code, message, statics, hits, controls } = outcome;
    const count = statics.length + hits.length;
    while (this.#sent < count) {
      this.#sent += this.#writeSome(writer, outcome);
      if (writer.length >= pieceBytes) {
        connection.flush();
        if (connection.isBlocked || performance.now() > deadlineMs) return false;
      } else if (this.#sent < count && performance.now() > deadlineMs) return false;
    }
    const tag = responseTag.searchDone;
    connection.host.counters.entriesSent += count;
    if (connection.host.consulter) {
      const durationMs = performance.now() - this.#startMs;
      tellSearch(connection, this.#input.request, code, count, durationMs);
    }
    if (message === '' && controls.length === 0) answerBare(connection, this.messageId, tag, code);
    else answerResult(connection, this.messageId, tag, { code, message }, controls);
    return true;
  }

  /** Until the writer holds a piece, or as many as there may be between two looks at the clock; returns how many. */
  #writeSome(writer: ByteWriter, { statics, hits }: Outcome): number {
    const entry = statics[this.#sent];
    if (entry) {
      const shown = selectStatic(this.#input.directory, entry, this.#selection);
      writeEntry(writer, this.messageId, entry.dn, shown);
      return 1;
    }
    const first = this.#sent - statics.length;
    const end = Math.min(hits.length, first + entriesPerLook);
    const from = { source: this.#input, hits, first, end };
    return writeHits(writer, this.messageId, from, this.#selection, pieceBytes);
  }
}

function refusal(code: ResultCode, message: string, controls: readonly ResponseControl[]): Outcome {
  return { code, message, statics: [], hits: noHits, controls };
}

function outcomeOfPage(answer: PageAnswer, controls: readonly ResponseControl[] = []): Outcome {
  if (answer.kind === 'refused') {
    const { code, message } = answer;
    return refusal(code, message, [...controls, pagedControl(0, Buffer.alloc(0))]);
  }
  const { statics, hits, code, total, cookie } = answer.page;
  return { code, message: '', statics, hits, controls: [...controls, pagedControl(total, cookie)] };
}
