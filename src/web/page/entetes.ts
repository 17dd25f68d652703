// Headers of every page: nothing but ours is loaded, nobody frames it, its address goes nowhere.
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

export type EntetesOptions = {
  /** True when browsers reach these pages over TLS. */
  readonly isEncrypted: boolean;
  /** Origins that forms may lead to, besides ours: a provider of identity. */
  readonly formActions?: readonly string[];
};

export function protectPages(
  app: FastifyInstance,
  { isEncrypted, formActions = [] }: EntetesOptions,
): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        formAction: ["'self'", ...formActions],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    hsts: isEncrypted ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-robots-tag', 'noindex, nofollow');
    done(null, payload);
  });
}
