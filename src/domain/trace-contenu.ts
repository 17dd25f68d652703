// What of a trace may be written: bounded, readable, without a secret. Nothing here throws: a trace is never lost for its contents.
import type { ContenuTrace, NouvelleTrace, ObjetTrace } from './trace.js';

/** What is hashed and kept of a trace, besides its time, action and outcome. */
export type ContenuBorne = {
  readonly auteurGenre: NouvelleTrace['auteur']['genre'];
  readonly auteurId: string;
  readonly auteurNom: string | null;
  readonly objets: readonly string[];
  readonly posteAdresse: string | null;
  readonly posteAgent: string | null;
  readonly requete: string | null;
  readonly reponse: string | null;
  readonly correlation: string | null;
};

export const objetsMax = 20;
export const octetsMax = 8_192;
const idLengthMax = 320;
const nomLengthMax = 200;
const adresseLengthMax = 100;
const agentLengthMax = 300;

export function borner(trace: NouvelleTrace): ContenuBorne {
  const { auteur, objets, poste, requete, reponse, correlation } = trace;
  const autres = objets.length - objetsMax;
  const demande = autres > 0 ? { ...requete, autresObjets: autres } : requete;
  return {
    auteurGenre: auteur.genre,
    auteurId: lisible(auteur.id, idLengthMax) ?? '?',
    auteurNom: lisible(auteur.nom, nomLengthMax),
    objets: objets.slice(0, objetsMax).map(objetTexte),
    posteAdresse: lisible(poste?.adresse, adresseLengthMax),
    posteAgent: lisible(poste?.agent, agentLengthMax),
    requete: contenuTexte(demande),
    reponse: contenuTexte(reponse),
    correlation: lisible(correlation, adresseLengthMax),
  };
}

/** As kept and searched. An identifier of the field holds no colon but after its kind. */
export function objetTexte({ genre, id }: ObjetTrace): string {
  return `${genre}:${lisible(id, idLengthMax) ?? '?'}`;
}

/** Null when nothing is left to read. */
function lisible(text: string | undefined, lengthMax: number): string | null {
  const clean = text
    ?.replace(/[\p{Control}\p{Surrogate}]+/gu, ' ')
    .trim()
    .slice(0, lengthMax)
    // The cut may have left half a character.
    .replace(/\p{Surrogate}/gu, '');
  return clean === undefined || clean === '' ? null : clean;
}

function contenuTexte(contenu: ContenuTrace | undefined): string | null {
  if (contenu === undefined) return null;
  const text = jsonSansSecret(contenu);
  const octets = Buffer.byteLength(text);
  if (octets <= octetsMax) return text;
  return JSON.stringify({ tronque: true, octets, debut: text.slice(0, 1_500) });
}

/** A value that JSON cannot write (a cycle, a bigint) costs the contents, not the trace. */
function jsonSansSecret(contenu: ContenuTrace): string {
  try {
    return JSON.stringify(contenu, (key, value: unknown) => {
      if (key !== '' && estSecret(key) && value !== null && typeof value !== 'boolean')
        return '***';
      if (typeof value === 'bigint') return value.toString();
      return typeof value === 'string' ? masquer(value) : value;
    });
  } catch {
    return JSON.stringify({ illisible: true });
  }
}

const nomsSecrets =
  /mot.?de.?passe|passwo?r?d|passphrase|secret|jeton|token|authori[sz]ation|cookie|api.?key|cle.?api|cle.?privee|private.?key|assertion|otp|code.?verifier|nonce|signature/iu;

/** By the name of the field: its authors know what it holds better than any pattern of the value. */
function estSecret(key: string): boolean {
  return nomsSecrets.test(key) || /^(?:cle|key|mdp|pwd)$/iu.test(key);
}

/** What gives itself away whatever the name of its field: bearer and basic credentials, tokens, keys of ours, what addresses carry. */
function masquer(text: string): string {
  return (
    text
      .replace(/\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/giu, '$1 ***')
      .replace(/\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*/gu, '***')
      .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/gu, '***')
      .replace(/\bass1_[\w-]{20,}/gu, '***')
      // Signed links: src/domain/lien-signe.ts.
      .replace(/(\.\d{9,12}\.)[\w-]{43}/gu, '$1***')
      .replace(/(\/\/[^\s/:@]+:)[^\s/@]+@/gu, '$1***@')
      .replace(
        /(:\/\/[^\s?#"'<>«»]{0,2000}[?#])([^\s"'<>«»]*)/gu,
        (_adresse, debut: string, parametres: string) => debut + masquerParametres(parametres),
      )
  );
}

/** Each name stays, with no value: who gives an address to download from may sign it by a parameter of any name. */
function masquerParametres(parametres: string): string {
  return parametres.replace(/[^&;#?]+/gu, (parametre) => {
    const egal = parametre.indexOf('=');
    return egal < 0 ? '***' : `${parametre.slice(0, egal)}=***`;
  });
}
