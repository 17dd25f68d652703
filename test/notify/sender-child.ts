// A sender in a process of its own, to be killed: `node sender-child.js DATABASE_URL SMTP_PORT`.
import { createPool } from '../../src/db/pool.js';
import { envoyer } from '../support/avis.js';
import { mailSettings } from '../support/smtp.js';

const [url = '', port = ''] = process.argv.slice(2);
const pool = createPool(
  { connectionString: url, max: 4, statementTimeoutMs: 60_000, applicationName: 'sender-child' },
  () => undefined,
);
await envoyer(pool, mailSettings(Number(port)));
await pool.end();
