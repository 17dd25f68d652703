// A browser without a screen: keeps cookies, fills the forms of a page with their hidden token, follows nothing by itself.
import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../../src/db/pool.js';
import { insertSession, type NomEspace } from '../../src/store/session-web.js';

export type Reponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly texte: string;
  /** Of a redirection. */
  readonly vers: string | null;
};

export class Navigateur {
  readonly #url: string;
  readonly cookies = new Map<string, string>();

  /** `url`: of the server, without a slash at its end. */
  constructor(url: string) {
    this.#url = url;
  }

  get(chemin: string, headers: Readonly<Record<string, string>> = {}): Promise<Reponse> {
    return this.#send(chemin, { headers });
  }

  /** Sends fields as a form of the page at `depuis` would, with its token. */
  async poster(
    depuis: string,
    action: string,
    champs: Readonly<Record<string, string>>,
  ): Promise<Reponse> {
    const { texte } = await this.get(depuis);
    return this.post(action, { jeton: jetonDe(texte), ...champs });
  }

  /** As given, token included or not. */
  post(
    chemin: string,
    champs: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reponse> {
    return this.#send(chemin, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
      body: new URLSearchParams(champs),
    });
  }

  async #send(
    chemin: string,
    init: Omit<RequestInit, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
  ): Promise<Reponse> {
    const response = await fetch(new URL(chemin, this.#url), {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(this.cookies.size > 0 && { cookie: this.#cookieHeader() }) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      this.cookies.set(name, value);
    }
    return {
      status: response.status,
      headers: response.headers,
      texte: await response.text(),
      vers: response.headers.get('location'),
    };
  }

  #cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** The token of the forms of a page; throws when it has none. */
export function jetonDe(html: string): string {
  const [, jeton] = /name="jeton" value="([^"]+)"/u.exec(html) ?? [];
  if (jeton === undefined) throw new Error(`no form with a token in: ${html.slice(0, 500)}`);
  return jeton;
}

export type SessionOuverte = {
  readonly espace: NomEspace;
  readonly titulaire: string;
  readonly donnees: Readonly<Record<string, unknown>>;
  readonly now: Date;
};

/** Somebody who signed in, without the sign-in. */
export async function ouvrirSession(
  db: Db,
  navigateur: Navigateur,
  { espace, titulaire, donnees, now }: SessionOuverte,
): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  await insertSession(db, {
    empreinte: createHash('sha256').update(token).digest(),
    espace,
    titulaire,
    donnees,
    posteAdresse: '127.0.0.1',
    posteAgent: 'essai',
    creeLe: now,
    expireLe: new Date(now.getTime() + 4 * 3_600_000),
  });
  navigateur.cookies.set(`annuaire-${espace}`, token);
}
