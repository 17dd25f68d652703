// Who Pro Santé Connect says somebody is: the claims of userinfo, read as the national documents write them
// (facts: SubjectNameID is the IdNatPS; preferred_username repeats it; otherIds may list more).
import { z } from 'zod';
import { isIdentiteDEssai, rppsOfIdNatPs } from '../../domain/id-nat-ps.js';
import type { Rpps } from '../../domain/identifiers.js';
import type { Identite } from './terminer.js';

export type IdentitePsc = {
  readonly idNatPs: string;
  readonly rpps: Rpps;
  /** First name and name, for display. */
  readonly nom: string;
};

export type LecturePsc =
  | { readonly kind: 'lue'; readonly identite: IdentitePsc }
  /** `essai`: an identity of the sandbox that no setting accepts. `sans-rpps`: no RPPS, or more than one. */
  | { readonly kind: 'refusee'; readonly motif: 'essai' | 'sans-rpps'; readonly detail: string };

/** Identity of the sandbox -> the RPPS that it stands for. */
export type IdentitesDEssai = ReadonlyMap<string, Rpps>;

const identifiant = z.string().trim().max(100);
const nom = z.string().max(200).optional().catch(undefined);

const claimsSchema = z.object({
  SubjectNameID: identifiant.optional(),
  preferred_username: identifiant.optional(),
  given_name: nom,
  family_name: nom,
  otherIds: z
    .array(z.object({ identifiant: identifiant.optional() }))
    .max(100)
    .optional()
    .catch(undefined),
});

export function lireIdentitePsc(
  { revendications }: Pick<Identite, 'revendications'>,
  identitesDEssai: IdentitesDEssai,
): LecturePsc {
  const parsed = claimsSchema.safeParse(revendications);
  const claims = parsed.success ? parsed.data : {};
  const idNatPs = [claims.SubjectNameID, claims.preferred_username].find((id) => id);
  if (!idNatPs) return refusee('sans-rpps', 'userinfo ne donne aucun identifiant (SubjectNameID).');
  if (claims.preferred_username && claims.preferred_username !== idNatPs) {
    return refusee('sans-rpps', 'userinfo donne deux identifiants différents.');
  }
  const nomAffiche = displayName(claims.given_name, claims.family_name) || idNatPs;
  const essai = identitesDEssai.get(idNatPs);
  if (essai !== undefined) return lue(idNatPs, essai, nomAffiche);
  if (isIdentiteDEssai(idNatPs)) {
    return refusee('essai', `identité du bac à sable : ${shown(idNatPs)}.`);
  }
  const own = rppsOfIdNatPs(idNatPs);
  if (own !== undefined) return lue(idNatPs, own, nomAffiche);
  // Somebody known by another register may have an RPPS as well: one only, or nobody can tell which.
  const others = (claims.otherIds ?? []).map((other) => rppsOfIdNatPs(other.identifiant ?? ''));
  const [other, ...more] = new Set(others.filter((rpps) => rpps !== undefined));
  if (other !== undefined && more.length === 0) return lue(idNatPs, other, nomAffiche);
  return refusee('sans-rpps', `identifiant sans RPPS reconnu : ${shown(idNatPs)}.`);
}

function lue(idNatPs: string, rpps: Rpps, nomAffiche: string): LecturePsc {
  return { kind: 'lue', identite: { idNatPs, rpps, nom: nomAffiche } };
}

function refusee(motif: 'essai' | 'sans-rpps', detail: string): LecturePsc {
  return { kind: 'refusee', motif, detail };
}

function displayName(prenom: string | undefined, famille: string | undefined): string {
  return [prenom, famille]
    .map((part) => (part ?? '').replace(/[\p{Control}\p{Format}]/gu, ' ').trim())
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 200);
}

function shown(idNatPs: string): string {
  return idNatPs.replace(/[^A-Za-z0-9]/gu, '').slice(0, 40);
}
