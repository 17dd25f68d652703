// Publishes the national files as the ANS's servers do, and what a fault makes of them.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Published = { readonly fileName: string; readonly content: Buffer };

export class FileServer {
  readonly #server: Server;
  readonly #files = new Map<string, Published>();

  private constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async open(): Promise<FileServer> {
    const opened = new FileServer();
    await new Promise<void>((resolve) => opened.#server.listen(0, '127.0.0.1', resolve));
    return opened;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  publishFile(place: string, fileName: string, path: string): void {
    this.publish(place, { fileName, content: readFileSync(path) });
  }

  publish(place: string, file: Published): void {
    this.#files.set(place, file);
  }

  published(place: string): Published {
    const file = this.#files.get(place);
    if (!file) throw new Error(`nothing is published at ${place}`);
    return file;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer({ url = '/', method, headers }: IncomingMessage, response: ServerResponse): void {
    const file = this.#files.get(url.slice(1));
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const { content, fileName } = file;
    const first = Number(/^bytes=(\d+)-$/u.exec(headers.range ?? '')?.[1] ?? '0');
    const isPart = first > 0 && first < content.length;
    const sent = isPart ? content.subarray(first) : content;
    response.writeHead(isPart ? 206 : 200, {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename=${fileName}`,
      'content-length': String(sent.length),
      'accept-ranges': 'bytes',
      ...(isPart
        ? { 'content-range': `bytes ${first}-${content.length - 1}/${content.length}` }
        : {}),
    });
    response.end(method === 'HEAD' ? undefined : sent);
  }
}
