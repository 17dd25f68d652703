// Liste blanche of the MSSanté domains: XML signed (XMLDSig enveloped) by its maintainer.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { RefusedError } from '../../errors.js';
import type { Remarks } from '../remarks.js';
import { parseListeBlanche } from './domaines.js';
import type { DomaineListeBlanche, ListeBlancheContent } from './domaines.js';
import { judgeSignataire, parseTrusted } from './signataire.js';
import type { SignataireTrust } from './signataire.js';
import { checkSignature } from './signature.js';
import type { SignatureFault } from './signature.js';
import { decodeXml } from './xml.js';

export type ReadListeBlancheOptions = SignataireTrust & {
  /** required: a list that is not signed by a trusted signer is refused; optional: it is read, and marked. */
  readonly signature: 'required' | 'optional';
  readonly now: Date;
  readonly maxBytes: number;
  readonly remarks: Remarks;
};

export type ListeBlancheSignature =
  | { readonly kind: 'verified'; readonly signataire: string; readonly expireLe: Date }
  | { readonly kind: 'unverified'; readonly motif: string };

export type ListeBlanche = {
  readonly genereLe: Date;
  readonly signature: ListeBlancheSignature;
  readonly domaines: readonly DomaineListeBlanche[];
};

/** The settings that the remedies below name. */
const listeBlancheSettings = {
  trustedPems: 'sources.liste-blanche.signataires',
  signataireCn: 'sources.liste-blanche.signataireCn',
  signature: 'sources.liste-blanche.signature',
} as const;

/** Reads the list from the bytes that were signed, or refuses it; see `ReadListeBlancheOptions.signature`. */
export async function readListeBlanche(
  input: Buffer | string,
  options: ReadListeBlancheOptions,
): Promise<ListeBlanche> {
  const file = typeof input === 'string' ? basename(input) : 'liste blanche';
  const xml = decodeXml(await readBytes(input, options.maxBytes));
  const trusted = readTrusted(xml, file, options);
  if (trusted.kind === 'trusted') {
    const { signataire, expireLe, content } = trusted;
    noteExpiry(signataire, expireLe, options);
    refuseFuture(content.genereLe, options.now);
    return { ...content, signature: { kind: 'verified', signataire, expireLe } };
  }
  const { fault } = trusted;
  if (options.signature === 'required') throw refusal(fault);
  const content =
    trusted.content ?? parseListeBlanche(xml, { file, remarks: options.remarks, lineOffset: 0 });
  refuseFuture(content.genereLe, options.now);
  return { ...content, signature: { kind: 'unverified', motif: fault.motif } };
}

/** A path is read no further than the limit. */
async function readBytes(input: Buffer | string, maxBytes: number): Promise<Buffer> {
  if (typeof input !== 'string') {
    if (input.length > maxBytes) throw tooLarge(maxBytes);
    return input;
  }
  const file = await open(input, 'r');
  try {
    if ((await file.stat()).size > maxBytes) throw tooLarge(maxBytes);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

type Trusted = {
  readonly kind: 'trusted';
  readonly signataire: string;
  readonly expireLe: Date;
  readonly content: ListeBlancheContent;
};

type Distrusted = {
  readonly kind: 'distrusted';
  readonly fault: SignatureFault;
  /** Already read, when the signature itself holds. */
  readonly content?: ListeBlancheContent;
};

/** The order matters: nothing of the content is believed, its date included, before the signature holds. */
function readTrusted(
  xml: string,
  file: string,
  options: ReadListeBlancheOptions,
): Trusted | Distrusted {
  parseTrusted(options.trustedPems);
  const checked = checkSignature(xml);
  if (checked.kind === 'fault') return { kind: 'distrusted', fault: checked };
  const content = parseListeBlanche(checked.signedXml, {
    file,
    remarks: options.remarks,
    lineOffset: countLinesBeforeRoot(xml),
  });
  const signataire = judgeSignataire(checked.certificates, options, content.genereLe);
  if (signataire.kind === 'fault') return { kind: 'distrusted', fault: signataire, content };
  return { kind: 'trusted', signataire: signataire.cn, expireLe: signataire.expireLe, content };
}

function countLinesBeforeRoot(xml: string): number {
  const root = /<[A-Za-z_]/.exec(xml)?.index ?? 0;
  return xml.slice(0, root).split('\n').length - 1;
}

function noteExpiry(signataire: string, expireLe: Date, options: ReadListeBlancheOptions): void {
  if (expireLe >= options.now) return;
  options.remarks.warn(
    `Liste blanche : le certificat du signataire « ${signataire} » a expiré le ` +
      `${expireLe.toISOString().slice(0, 10)} ; il était valide quand la liste a été générée. ` +
      `Ajoutez son successeur à ${listeBlancheSettings.trustedPems} dès sa publication.`,
  );
}

/** Clocks differ by minutes, not by days; a list from the future would make every later one look older than it. */
const futureMaxMs = 24 * 3600 * 1000;

function refuseFuture(genereLe: Date, now: Date): void {
  if (genereLe.getTime() - now.getTime() <= futureMaxMs) return;
  throw new RefusedError(
    'LISTE_BLANCHE_DATE_FUTURE',
    `Liste blanche générée le ${genereLe.toISOString()}, dans le futur : refusée. ` +
      `Vérifiez l'horloge de cette machine, sinon prévenez l'ANS.`,
  );
}

function refusal(fault: SignatureFault): RefusedError {
  const remedies: Record<SignatureFault['code'], string> = {
    SIGNATURE_ABSENTE: "Téléchargez la liste signée publiée par l'ANS",
    SIGNATURE_INVALIDE: "Téléchargez la liste à nouveau ; si cela dure, prévenez l'ANS",
    SIGNATAIRE_INCONNU:
      `Si ce signataire est bien celui de l'ANS, ajoutez son certificat, ou celui de l'autorité qui l'a émis, ` +
      `à ${listeBlancheSettings.trustedPems} (nom attendu : ${listeBlancheSettings.signataireCn})`,
  };
  return new RefusedError(
    fault.code,
    `Liste blanche refusée : ${fault.motif}. ${remedies[fault.code]}. ` +
      `Pour l'accepter sans garantie, réglez ${listeBlancheSettings.signature} à « facultative ».`,
  );
}

function tooLarge(maxBytes: number): RefusedError {
  return new RefusedError(
    'FICHIER_TROP_GROS',
    `Liste blanche de plus de ${maxBytes} octets (celle de 2026 en fait 4 millions) : refusée. ` +
      `Vérifiez que c'est le bon fichier.`,
  );
}
