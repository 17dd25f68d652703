// A browser without a screen for tests over HTTP: keeps cookies by origin and path, follows redirects one by one on demand.

export type Visit = {
  readonly url: string;
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Where the answer sends to, absolute. */
  readonly location: string | undefined;
};

type Cookie = { readonly origin: string; readonly path: string; readonly value: string };

export class BrowserByHand {
  readonly #cookies = new Map<string, Cookie>();

  /** One request, no redirect followed. */
  async request(url: string, form?: Readonly<Record<string, string>>): Promise<Visit> {
    const cookie = this.#cookiesFor(new URL(url));
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
    });
    for (const line of response.headers.getSetCookie()) this.#keep(new URL(url), line);
    const location = response.headers.get('location');
    return {
      url,
      status: response.status,
      text: await response.text(),
      headers: response.headers,
      location: location === null ? undefined : new URL(location, url).href,
    };
  }

  /** Follows redirects until a page; `stop` ends before an address is asked, and gives the answer that led there. */
  async follow(
    url: string,
    form?: Readonly<Record<string, string>>,
    stop: (location: string) => boolean = () => false,
  ): Promise<Visit> {
    let visit = await this.request(url, form);
    for (let count = 0; visit.location !== undefined && count < redirectsMax; count += 1) {
      if (stop(visit.location)) return visit;
      visit = await this.request(visit.location);
    }
    return visit;
  }

  /** `name=value` of what would be sent to this address; a value given replaces it. */
  cookie(url: string, name: string): string | undefined {
    const { origin } = new URL(url);
    return this.#cookies.get(`${origin} ${name}`)?.value;
  }

  setCookie(url: string, name: string, value: string, path = '/'): void {
    const { origin } = new URL(url);
    this.#cookies.set(`${origin} ${name}`, { origin, path, value });
  }

  #cookiesFor(url: URL): string {
    return [...this.#cookies]
      .filter(([, { origin, path }]) => origin === url.origin && url.pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(' ')[1] ?? ''}=${value}`)
      .join('; ');
  }

  #keep(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const [name = '', ...rest] = pair.split('=');
    const value = rest.join('=');
    const path = attributes.find((part) => /^path=/iu.test(part))?.slice(5) ?? '/';
    const isGone =
      value === '' || attributes.some((part) => /^expires=.*\b1970\b|^max-age=0$/iu.test(part));
    const key = `${url.origin} ${name}`;
    if (isGone) this.#cookies.delete(key);
    else this.#cookies.set(key, { origin: url.origin, path, value });
  }
}

const redirectsMax = 10;

/** The `action` and hidden fields of the form that holds `marker`, or of the first one. */
export function formOf(
  visit: Visit,
  marker = '',
): { readonly action: string; readonly fields: Record<string, string> } {
  const forms = [...visit.text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/giu)].map(([text]) => text);
  const form = forms.find((text) => text.includes(marker));
  if (form === undefined) throw new Error(`no form with « ${marker} » in ${visit.url}`);
  const action = attributeOf(/<form\b[^>]*>/iu.exec(form)?.[0] ?? '', 'action') ?? visit.url;
  const fields: Record<string, string> = {};
  for (const [input] of form.matchAll(/<input\b[^>]*>/giu)) {
    const name = attributeOf(input, 'name');
    if (name !== undefined) fields[name] = attributeOf(input, 'value') ?? '';
  }
  return { action: new URL(action, visit.url).href, fields };
}

function attributeOf(tag: string, name: string): string | undefined {
  const text = new RegExp(`\\b${name}="([^"]*)"`, 'iu').exec(tag)?.[1];
  return text?.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"');
}
