// Where a request comes from, as it is kept in the trail (EX_GDT_5040).
import type { FastifyRequest } from 'fastify';

export type Poste = {
  /** Of the client, or of what the trusted proxies say of it. */
  readonly adresse: string;
  readonly agent: string | undefined;
};

const agentCharsMax = 300;

export function posteOf({ ip, headers }: FastifyRequest): Poste {
  return { adresse: ip, agent: cleanHeader(headers['user-agent'], agentCharsMax) };
}

/** On one line, without what cannot be seen; undefined when nothing is left. */
export function cleanHeader(
  value: string | readonly string[] | undefined,
  charsMax: number,
): string | undefined {
  const text = [value ?? '']
    .flat()
    .join(', ')
    .replace(/[\p{Control}\p{Format}]/gu, ' ')
    .trim();
  return text === '' ? undefined : text.slice(0, charsMax);
}
