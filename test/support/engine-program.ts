// A program that uses the engine: opens it, says where it is, and closes it when its standard input ends.
import { openEngine } from '../../src/db/engine.js';

const engine = await openEngine({ dataDir: process.argv[2] ?? '' }, () => undefined).catch(
  (error: unknown) => {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
    return undefined;
  },
);
if (engine) {
  process.stdout.write(`${JSON.stringify({ url: engine.connectionString })}\n`);
  process.stdin.resume().on('end', () => void engine.close());
}
