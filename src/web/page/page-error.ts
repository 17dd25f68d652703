import type { Page } from './pages.js';

/** The button by which one goes on; `chemin` is one of ours and begins with a slash, without the base. */
export type Issue = { readonly texte: string; readonly chemin: string };

/** What cannot be shown or done, with the page that says so. */
export class PageError extends Error {
  readonly page: Page;

  constructor(status: number, titre: string, message: string, issue?: Issue) {
    super(message);
    this.name = 'PageError';
    this.page = { gabarit: 'message', status, titre, donnees: { message, issue } };
  }
}
