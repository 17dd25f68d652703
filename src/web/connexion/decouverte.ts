// The provider's discovery document: read within limits, its issuer compared with ours. openid-client's own discovery()
// leaves that comparison out for an address that contains « /.well-known/ », which Pro Santé Connect's does.
import { z } from 'zod';
import { AppError } from '../../errors.js';
import { isLoopbackUrl } from '../../net/loopback.js';
import type { BoundedAnswer } from '../../net/bounded-request.js';
import type { FournisseurSettings } from './settings.js';

const endpoint = z.string().max(2_000).refine(isAllowed);

/** What else it says (algorithms, methods) stays as it is: the library looks at it. */
const documentSchema = z.looseObject({
  issuer: z.string().max(2_000),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint,
  end_session_endpoint: endpoint.optional(),
});

export type DocumentDecouverte = z.infer<typeof documentSchema>;

/** Throws AppError, in French, for a document that cannot be used. */
export function parseDecouverte(
  answer: BoundedAnswer,
  { nom, reglage, emetteur }: FournisseurSettings,
): DocumentDecouverte {
  if (answer.status !== 200) {
    throw new AppError(
      'DECOUVERTE_STATUT',
      `${nom} répond ${answer.status} à la place de son document de découverte. Vérifiez « ${reglage}.decouverte ».`,
    );
  }
  const parsed = documentSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path }) => path.join('.') || 'document').join(', ');
    throw new AppError(
      'DECOUVERTE_ILLISIBLE',
      `Le document de découverte de ${nom} n'est pas utilisable (${places}). Vérifiez « ${reglage}.decouverte ».`,
    );
  }
  if (parsed.data.issuer !== emetteur) {
    throw new AppError(
      'DECOUVERTE_EMETTEUR',
      `Le document de découverte de ${nom} est d'un autre émetteur que « ${reglage}.emetteur » : il dit ` +
        `« ${parsed.data.issuer.slice(0, 200)} ». Personne ne peut se connecter tant que les deux diffèrent.`,
    );
  }
  return parsed.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Codes and tokens never travel in the clear beyond this machine. */
export function isAllowed(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackUrl(url));
}
