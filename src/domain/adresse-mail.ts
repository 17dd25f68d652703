// Addresses that a mail may be sent to or from. Stricter than RFC 5321: nothing that would have to be quoted in a header or
// in a command, so that no address can add one.

const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/iu;
const domainPart = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/iu;

/** RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all. */
export function isAdresseMail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  return (
    at > 0 &&
    text.length <= 254 &&
    local.length <= 64 &&
    localPart.test(local) &&
    domainPart.test(domain)
  );
}

export type AdresseNommee = { readonly nom: string; readonly adresse: string };

/** `adresse` or `Nom affiché <adresse>`; undefined for what is neither. */
export function parseAdresseNommee(text: string): AdresseNommee | undefined {
  const [, nom = '', adresse = text.trim()] = /^([^<>]*)<([^<>]*)>$/u.exec(text.trim()) ?? [];
  const trimmed = nom.trim().replace(/^"(.*)"$/u, '$1');
  if (!isAdresseMail(adresse) || trimmed.length > 100 || /\p{Control}/u.test(trimmed)) {
    return undefined;
  }
  return { nom: trimmed, adresse };
}
