// The style sheet of the pages, under a name that changes with its content: browsers may keep it for ever.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WebPlugin } from '../server.js';
import { templatesFolder } from './dossier.js';

let sheet: { readonly href: string; readonly content: Buffer } | undefined;

/** The sheets of templates/page, one after the other: `style.css` first, the others by their names. */
function getSheet(): { readonly href: string; readonly content: Buffer } {
  if (sheet) return sheet;
  const folder = templatesFolder();
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const content = Buffer.concat(names.map((name) => readFileSync(join(folder, name))));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  sheet = { href: `/statique/pages-${hash}.css`, content };
  return sheet;
}

function rank(name: string): number {
  return name === 'style.css' ? 0 : 1;
}

/** Path of the sheet, to be preceded by the base of the links. */
export function hrefOfStyle(): string {
  return getSheet().href;
}

export function createStatique(): WebPlugin {
  return (app) => {
    const { href, content } = getSheet();
    // The hook of the whole server says no-store: this one comes after it.
    app.addHook('onSend', (_request, reply, payload, done) => {
      if (reply.statusCode === 200)
        reply.header('cache-control', 'public, max-age=31536000, immutable');
      done(null, payload);
    });
    app.get(href, (_request, reply) => reply.type('text/css; charset=utf-8').send(content));
  };
}
