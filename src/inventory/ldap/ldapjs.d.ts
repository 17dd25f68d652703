// What client.ts uses of ldapjs 3, which comes without types.
declare module 'ldapjs' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';
  import type { ConnectionOptions } from 'node:tls';

  export type Control = { readonly type: string; readonly value?: unknown };

  export type SearchEntry = {
    readonly attributes: readonly { readonly type: string; readonly values: readonly string[] }[];
  };

  export type SearchDone = { readonly controls: readonly Control[] };

  export type SearchOptions = {
    readonly scope: 'base' | 'one' | 'sub';
    readonly filter: string;
    readonly attributes: readonly string[];
    readonly sizeLimit: number;
    readonly timeLimit: number;
  };

  type Done = (error?: Error | null) => void;

  export type Client = EventEmitter & {
    readonly _socket: Socket | null;
    bind(dn: string, password: string, done: Done): void;
    starttls(options: ConnectionOptions, controls: readonly Control[], done: Done): void;
    search(
      base: string,
      options: SearchOptions,
      controls: readonly Control[],
      done: (error: Error | null, result?: EventEmitter) => void,
    ): void;
    destroy(): void;
  };

  const ldapjs: {
    createClient(options: {
      url: string[];
      tlsOptions?: ConnectionOptions;
      reconnect: false;
    }): Client;
    PagedResultsControl: new (options: {
      value: { size: number; cookie: Buffer | null };
    }) => Control;
    parseFilter(text: string): unknown;
    parseDN(text: string): unknown;
  };
  export default ldapjs;
}
