import { basename } from 'node:path';
import type { Remarks } from '../remarks.js';
import { readEtalab } from './etalab.js';
import { detectForm } from './form.js';
import type { FinessForm } from './form.js';
import { readFinessJson } from './json.js';
import type { FinessRow } from './row.js';

export type ReadFinessOptions = {
  readonly remarks: Remarks;
  readonly codesFermes: readonly string[];
  readonly now: Date;
  /** Limit of one file once decompressed. */
  readonly maxBytes: number;
  readonly onBytes?: ((bytesRead: number) => void) | undefined;
};

/** The EJ and EG of a FINESS file of any form (or a folder of etalab files), streamed; an EJ comes before its EG in JSON. */
export async function* readFiness(
  path: string,
  options: ReadFinessOptions,
): AsyncGenerator<FinessRow> {
  yield* readForm(await detectForm(path), options);
}

/** The same for a form already detected. */
export function readForm(form: FinessForm, options: ReadFinessOptions): AsyncGenerator<FinessRow> {
  switch (form.kind) {
    case 'json':
      return readFinessJson(form.path, {
        ...options,
        file: basename(form.path),
        isBareArray: form.isBareArray,
        today: options.now.toISOString().slice(0, 10),
      });
    case 'etalab':
      return readEtalab(form.files, options);
  }
}
