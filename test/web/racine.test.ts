// The address of the server itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pages } from '../../src/web/page/pages.js';
import { createRacine } from '../../src/web/page/racine.js';
import { createStatique } from '../../src/web/page/statique.js';
import { WebServer } from '../../src/web/server.js';
import { webSettings } from '../support/web-server.js';

for (const hasConsole of [true, false]) {
  test(`it leads where one may go, ${hasConsole ? 'with' : 'without'} a console`, async () => {
    const pages = new Pages({ operateur: 'CHU <Exemple>', contact: undefined, base: '/mss' });
    const server = new WebServer({
      settings: webSettings,
      report: () => undefined,
      plugins: [createStatique(), createRacine({ pages, isEncrypted: false, hasConsole })],
    });
    const url = await server.start();
    try {
      const response = await fetch(url);
      const html = await response.text();
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'/u);
      assert.match(html, /href="\/mss\/demande"/u);
      assert.equal(html.includes('href="/mss/console"'), hasConsole);
      assert.match(html, /CHU &lt;Exemple&gt;/u);
    } finally {
      await server.stop();
    }
  });
}
