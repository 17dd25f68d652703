// What the forms of the sign-in send.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

// Longer than any field of ours, shorter than a form: what is beyond is no password.
const texte = z.string().max(1_000).catch('');

const schema = z.object({
  nom: texte,
  motDePasse: texte,
  confirmation: texte,
  code: texte,
  activation: texte,
  suite: texte,
  session: texte,
});

export type Formulaire = Readonly<z.infer<typeof schema>>;

/** A field that is absent, repeated or too long is empty. */
export function lireFormulaire({ body }: FastifyRequest): Formulaire {
  return schema.parse(typeof body === 'object' && body !== null ? body : {});
}

/** One parameter of the query; empty when it is absent or repeated. */
export function parametre({ query }: FastifyRequest, nom: string): string {
  const value: unknown =
    typeof query === 'object' && query !== null ? Reflect.get(query, nom) : undefined;
  return texte.parse(value);
}
