/** The certificates of a PEM text, in its order; whatever else it says (comments, keys) is left out. */
export function splitCertificates(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}
