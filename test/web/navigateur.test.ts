// The checks made in a browser find what they are there to find: a page that has every fault is served on purpose.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { axe } from '../support/axe.js';
import { testInBrowser } from '../support/browser.js';
import { assertNoSideScroll, tabOrder } from '../support/page-checks.js';

const pages: Readonly<Record<string, string>> = {
  '/': `<html><body style="color:#bbb"><h1>Titre</h1><p>Texte pâle</p><input><img src="data:,"></body></html>`,
  '/etranger': `<html lang="fr"><title>x</title><img src="http://127.0.0.1:1/pixel.png" alt=""><img src="/absente.png" alt="">`,
  '/script': `<html lang="fr"><title>x</title><script>console.error('dit'); throw new Error('lancé')</script>`,
  '/large': `<html lang="fr"><title>x</title><p style="width:500px">trop large</p>`,
  '/focus': `<html lang="fr"><title>x</title><a href="/">un</a><button style="outline:0">deux</button>`,
};

let server: Server;
let url: string;
before(async () => {
  server = createServer((request, response) => {
    const html = pages[request.url ?? ''];
    response.writeHead(html === undefined ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
    });
    response.end(html ?? 'absente');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

testInBrowser(
  'axe refuses pale text, a field without a name and a page without language',
  {},
  async ({ page }) => {
    await page.goto(url);
    await assert.rejects(axe(page), ({ message }: Error) => {
      for (const rule of ['color-contrast', 'label', 'html-has-lang', 'image-alt']) {
        assert.match(message, new RegExp(`${rule} \\(`, 'u'));
      }
      return true;
    });
    const { bonnesPratiques } = await axe(page, {
      exclure: Object.fromEntries(
        ['color-contrast', 'label', 'html-has-lang', 'image-alt', 'document-title'].map((rule) => [
          rule,
          'seen above',
        ]),
      ),
    });
    assert.match(bonnesPratiques.join(), /landmark|region/u);
  },
);

testInBrowser(
  'what is asked of another origin, or does not come, is a fault',
  { fautesAttendues: [/autre origine/u, /échouée/u, /réponse 404/u] },
  async ({ page, faults }) => {
    await page.goto(`${url}/etranger`);
    await page.goto(`${url}/nulle-part`);
    assert.deepEqual([...faults.list()].sort(), [
      'demande à une autre origine : http://127.0.0.1:1/pixel.png',
      'demande échouée (net::ERR_UNSAFE_PORT) : http://127.0.0.1:1/pixel.png',
      `réponse 404 : ${url}/absente.png`,
    ]);
  },
);

testInBrowser(
  'what a script says or throws is a fault',
  { fautesAttendues: [/./u] },
  async ({ page, faults }) => {
    await page.goto(`${url}/script`);
    assert.deepEqual(faults.list(), ['console : dit', 'erreur de script : lancé']);
  },
);

testInBrowser(
  'a page wider than the screen is told with what is wide',
  { format: 'etroit' },
  async ({ page }) => {
    await page.goto(`${url}/large`);
    await assert.rejects(assertNoSideScroll(page), /trop large[^]*px sur 320/u);
  },
);

testInBrowser('a focus that cannot be seen is told', {}, async ({ page }) => {
  await page.goto(`${url}/focus`);
  await assert.rejects(tabOrder(page), /ne se voit pas : button deux/u);
});
