// IdNatPS, the national identifier of a professional as Pro Santé Connect gives it: a digit for the kind, then the identifier.
import { isLuhnValid, parseRpps, type Rpps } from './identifiers.js';

/**
 * The RPPS of `8` + RPPS; undefined for an identity of the sandbox. The check digit is exacting here, unlike in files: the
 * number lets somebody act on mailboxes.
 */
export function rppsOfIdNatPs(idNatPs: string): Rpps | undefined {
  if (!/^8\d{11}$/u.test(idNatPs) || isIdentiteDEssai(idNatPs)) return undefined;
  const rpps = parseRpps(idNatPs.slice(1));
  return rpps !== undefined && isLuhnValid(rpps) ? rpps : undefined;
}

/**
 * Identities of the sandbox, which stand for nobody: `ANS20210107161422` and, older, `899700218896`, whose 997… no real RPPS
 * begins with although its check digit holds.
 */
export function isIdentiteDEssai(idNatPs: string): boolean {
  return /^ANS\d{14}$/u.test(idNatPs) || /^8997\d{8}$/u.test(idNatPs);
}
