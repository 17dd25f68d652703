// The FHIRPath expressions that the feed API knows: only these shapes occur in the ANS's draft.
import type { CarrierType } from './carrier.js';
import { metadataUrl } from './fhir-names.js';

/** `R.telecom`: where an insert goes. */
export function telecomPath(resource: CarrierType): string {
  return `${resource}.telecom`;
}

/** The whole ContactPoint of one address. */
export function mailboxPath(resource: CarrierType, adresse: string): string {
  return `${telecomPath(resource)}.where(value = ${fhirPathString(adresse)})`;
}

export function rankPath(resource: CarrierType, adresse: string): string {
  return `${mailboxPath(resource, adresse)}.rank`;
}

/** The value of a sub-extension of the metadata, e.g. `listeRouge`. */
export function metadataPath(resource: CarrierType, adresse: string, name: string): string {
  const mailbox = mailboxPath(resource, adresse);
  return `${mailbox}.extension(${fhirPathString(metadataUrl)}).extension(${fhirPathString(name)}).value`;
}

/** A string literal (FHIRPath, « String »): nothing in it can end it. */
export function fhirPathString(text: string): string {
  return `'${text.replace(/['\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeOf)}'`;
}

function escapeOf(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  // Beyond the BMP, each half of the pair is its own \u escape.
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
