// A search from its first candidate to its SearchResultDone, however many turns that takes.
import { responseTag } from '../../protocol/operation-tag.js';
import { writeEntry, writeResult, type ResponseControl } from '../../protocol/response.js';
import { resultCode, type ResultCode } from '../../protocol/result-code.js';
import type { PageAnswer } from '../../search/paged-search.js';
import type { SearchInput, SearchResult, SearchRun } from '../../search/search-run.js';
import { selectAttributes, selectStatic, type Selection } from '../../search/select-attributes.js';
import { writeHit } from '../../search/write-entry.js';
import { pieceBytes } from '../answer-output.js';
import type { Connection } from '../connection.js';
import type { PendingOperation } from '../pending-operation.js';
import { arrange, pagedControl, type SearchControls } from './search-controls.js';

/** Candidates examined between two looks at the clock: well under a millisecond. */
const candidatesPerStep = 2_000;

/** What is left to send. */
type Outcome = Omit<SearchResult, 'code'> & {
  readonly code: ResultCode;
  readonly message?: string;
  readonly controls: readonly ResponseControl[];
};

/** `viewMax`: entries that a virtual list view may show, 0 = no limit. */
export type BoundedControls = SearchControls & { readonly viewMax: number };

const nothing = { statics: [], hits: new Uint32Array(0) };

export class SearchOperation implements PendingOperation {
  readonly messageId: number;
  readonly #input: SearchInput;
  readonly #controls: BoundedControls;
  readonly #selection: Selection;
  readonly #run: SearchRun | undefined;
  #outcome: Outcome | undefined;
  /** Entries sent: static ones, then hits. */
  #sent = 0;

  /** @param from what finds the entries, or the page that was found before */
  constructor(
    input: SearchInput,
    controls: BoundedControls,
    from: { readonly run: SearchRun } | { readonly page: PageAnswer },
  ) {
    const { request, directory } = input;
    this.messageId = request.messageId;
    this.#controls = controls;
    this.#selection = selectAttributes(directory, request.attributes, request.typesOnly);
    if ('run' in from) {
      this.#run = from.run;
      this.#input = input;
    } else {
      this.#run = undefined;
      this.#outcome = outcomeOfPage(from.page);
      // A later page is of the snapshot that the first one was of.
      const { page } = from;
      this.#input = page.kind === 'page' ? { ...input, snapshot: page.page.snapshot } : input;
    }
  }

  advance(connection: Connection, deadlineMs: number): boolean {
    while (!this.#outcome && this.#run) {
      const result = this.#run.step(candidatesPerStep);
      if (result) this.#outcome = this.#finish(connection, result);
      else if (performance.now() > deadlineMs) return false;
    }
    return !this.#outcome || this.#send(connection, this.#outcome, deadlineMs);
  }

  cancel(connection: Connection): void {
    const result = { code: resultCode.canceled };
    writeResult(connection.writer, this.messageId, responseTag.searchDone, result);
  }

  /** What the controls make of the hits. */
  #finish(connection: Connection, result: SearchResult): Outcome {
    const arranged = arrange(this.#input, result, this.#controls, this.#controls.viewMax);
    if ('kind' in arranged) return { ...nothing, ...arranged };
    const { paged } = this.#controls;
    if (!paged) return arranged;
    if (paged.size === 0) {
      // RFC 2696 section 3: the client only wants to know how many there are.
      const total = arranged.statics.length + arranged.hits.length;
      const count = pagedControl(total, Buffer.alloc(0));
      return { ...nothing, code: resultCode.success, controls: [...arranged.controls, count] };
    }
    const { request, snapshot } = this.#input;
    const list = { ...arranged, snapshot };
    const page = connection.pages.open(request, list, paged.size, performance.now());
    return outcomeOfPage(page, arranged.controls);
  }

  #send(connection: Connection, outcome: Outcome, deadlineMs: number): boolean {
    const { writer } = connection;
    const count = outcome.statics.length + outcome.hits.length;
    while (this.#sent < count) {
      this.#writeNext(connection, outcome);
      this.#sent += 1;
      if (writer.length < pieceBytes) continue;
      connection.flush();
      if (connection.isBlocked || performance.now() > deadlineMs) return false;
    }
    writeResult(writer, this.messageId, responseTag.searchDone, outcome, outcome.controls);
    return true;
  }

  #writeNext({ writer }: Connection, { statics, hits }: Outcome): void {
    const entry = statics[this.#sent];
    if (entry) {
      const shown = selectStatic(this.#input.directory, entry, this.#selection);
      writeEntry(writer, this.messageId, entry.dn, shown);
    } else {
      const hit = hits[this.#sent - statics.length] ?? 0;
      writeHit(writer, this.messageId, this.#input, hit, this.#selection);
    }
  }
}

function outcomeOfPage(answer: PageAnswer, controls: readonly ResponseControl[] = []): Outcome {
  if (answer.kind === 'refused') {
    const { code, message } = answer;
    return { ...nothing, code, message, controls: [...controls, pagedControl(0, Buffer.alloc(0))] };
  }
  const { statics, hits, code, total, cookie } = answer.page;
  return { statics, hits, code, controls: [...controls, pagedControl(total, cookie)] };
}
