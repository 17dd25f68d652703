// TLS from outside: the openssl command as a client that offers exactly what it is told, and as a server that takes anything.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './extraction-files.js';
import type { KeyPair } from './certificates.js';

export type Handshake =
  | {
      readonly isDone: true;
      readonly version: string;
      readonly suite: string;
      /** « X25519, 253 bits », « DH, 2048 bits »; empty when openssl does not say. */
      readonly key: string;
      readonly said: string;
    }
  | { readonly isDone: false; readonly said: string };

/** One handshake, then goodbye. Rejects when openssl itself could not offer what `options` say. */
export async function handshake(port: number, options: readonly string[]): Promise<Handshake> {
  const said = await sClient(port, ['-brief', ...options]);
  assert.doesNotMatch(said, /no cipher match|no ciphers available|Unknown option|Error setting/u);
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'mu').exec(said)?.[1] ?? '';
  const version = field('Protocol version');
  if (version === '') return { isDone: false, said };
  return {
    isDone: true,
    version,
    suite: field('Ciphersuite'),
    key: field('(?:Server Temp Key|Peer Temp Key)'),
    said,
  };
}

/** Everything that `openssl s_client` says; `input` is written once connected, then the connection is closed. */
export async function sClient(
  port: number,
  options: readonly string[],
  input: string | Buffer = 'Q\n',
): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...options]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await once(child, 'close');
  clearTimeout(timer);
  return said;
}

/** Everything that OpenSSL can do, however weak. */
export const anySuite = ['-cipher', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'];
const anySuite13 = [
  '-ciphersuites',
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256',
];
const anyGroup = ['-groups', 'X25519:P-256:P-384:P-521:X448:secp256k1:P-224:P-192:sect283k1'];
export const permissive = [...anySuite, ...anySuite13, ...anyGroup, '-client_renegotiation'];

export type OpensslServer = { readonly port: number; readonly stop: () => void };

/** `openssl s_server -www` with these options; serves until `stop`. */
export async function sServer(
  { cert, key }: KeyPair,
  options: readonly string[],
  second?: KeyPair,
): Promise<OpensslServer> {
  const folder = tempFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const files = ['-cert', write('cert.pem', cert), '-key', write('key.pem', key)];
  if (second)
    files.push('-dcert', write('cert2.pem', second.cert), '-dkey', write('key2.pem', second.key));
  const args = ['s_server', '-accept', '127.0.0.1:0', '-www', ...files, ...options];
  const child = spawn('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const stop = (): void => void child.kill('SIGKILL');
  for await (const chunk of child.stdout) {
    said += String(chunk);
    const port = /ACCEPT .*:(\d+)/u.exec(said)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return { port: Number(port), stop };
  }
  return assert.fail(`openssl s_server s'est arrêté : ${said}`);
}

/** Runs `work` on each, `atOnce` at a time: a process each, on a machine that has other things to do. */
export async function forEachAtOnce<T>(
  all: readonly T[],
  work: (one: T) => Promise<void>,
  atOnce = 4,
): Promise<void> {
  const waiting = [...all];
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
