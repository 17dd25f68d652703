import type { Writable } from 'node:stream';

/** Resolves once the chunk is written, where it goes. */
export type Write = (chunk: string) => Promise<void>;

/** Waits for each chunk to be taken: that is the pace, and the last one is out when the last promise resolves. */
export function writeTo(out: Writable): Write {
  return (chunk) =>
    new Promise((resolve, reject) => {
      // The write's own callback tells the failure; without a listener the stream's event would end the process.
      const ignore = (): void => undefined;
      out.once('error', ignore);
      out.write(chunk, (error) => {
        if (error) {
          reject(error);
          return;
        }
        out.off('error', ignore);
        resolve();
      });
    });
}
