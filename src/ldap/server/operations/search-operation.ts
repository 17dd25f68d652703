// A search from its first candidate to its SearchResultDone, however many turns that takes.
import { responseTag } from '../../protocol/operation-tag.js';
import { resultCode } from '../../protocol/result-code.js';
import { writeEntry, writeResult } from '../../protocol/response.js';
import { type SearchInput, type SearchResult, type SearchRun } from '../../search/search-run.js';
import { selectAttributes, selectStatic, type Selection } from '../../search/select-attributes.js';
import { startSearch } from '../../search/start-search.js';
import { writeHit } from '../../search/write-entry.js';
import { pieceBytes, type Connection } from '../connection.js';
import type { PendingOperation } from '../pending-operation.js';

/** Candidates examined between two looks at the clock: well under a millisecond. */
const candidatesPerStep = 2_000;

export class SearchOperation implements PendingOperation {
  readonly messageId: number;
  readonly #input: SearchInput;
  readonly #run: SearchRun;
  readonly #selection: Selection;
  #result: SearchResult | undefined;
  /** Entries sent: static ones, then hits. */
  #sent = 0;

  private constructor(input: SearchInput, run: SearchRun) {
    this.messageId = input.request.messageId;
    this.#input = input;
    this.#run = run;
    const { attributes, typesOnly } = input.request;
    this.#selection = selectAttributes(input.directory, attributes, typesOnly);
  }

  /** Undefined when it was refused, and answered. */
  static begin(connection: Connection, input: SearchInput): SearchOperation | undefined {
    const start = startSearch(input);
    if (start.kind === 'running') return new SearchOperation(input, start.run);
    const { messageId } = input.request;
    writeResult(connection.writer, messageId, responseTag.searchDone, start);
    return undefined;
  }

  advance(connection: Connection, deadlineMs: number): boolean {
    while (!this.#result) {
      this.#result = this.#run.step(candidatesPerStep);
      if (!this.#result && performance.now() > deadlineMs) return false;
    }
    return this.#send(connection, this.#result, deadlineMs);
  }

  cancel(connection: Connection): void {
    const result = { code: resultCode.canceled };
    writeResult(connection.writer, this.messageId, responseTag.searchDone, result);
  }

  #send(connection: Connection, result: SearchResult, deadlineMs: number): boolean {
    const { writer } = connection;
    const count = result.statics.length + result.hits.length;
    while (this.#sent < count) {
      this.#writeNext(connection, result);
      this.#sent += 1;
      if (writer.length < pieceBytes) continue;
      connection.flush();
      if (connection.isBlocked || performance.now() > deadlineMs) return false;
    }
    writeResult(writer, this.messageId, responseTag.searchDone, result);
    return true;
  }

  #writeNext({ writer }: Connection, { statics, hits }: SearchResult): void {
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
