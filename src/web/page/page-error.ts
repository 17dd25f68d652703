import type { Page } from './pages.js';

/** What cannot be shown or done, with the page that says so. */
export class PageError extends Error {
  readonly page: Page;

  constructor(status: number, titre: string, message: string) {
    super(message);
    this.name = 'PageError';
    this.page = { gabarit: 'message', status, titre, donnees: { message } };
  }
}
