// Colours for a terminal that wants them: https://no-color.org, FORCE_COLOR as Node.js takes it, never into a file.
import { styleText } from 'node:util';

export type Ton = 'bon' | 'attention' | 'mal' | 'decision' | 'titre' | 'discret';

/** Gives the text back as it is where colours are not wanted. */
export type Peindre = (ton: Ton, text: string) => string;

type Sortie = { readonly isTTY?: boolean };

export function peindreSur(sortie: Sortie, env: NodeJS.ProcessEnv): Peindre {
  if (!isWanted(sortie, env)) return (_, text) => text;
  return (ton, text) => styleText([...styles[ton]], text);
}

function isWanted({ isTTY }: Sortie, env: NodeJS.ProcessEnv): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return !['0', 'false'].includes(forced);
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return isTTY === true;
}

const styles = {
  bon: ['green'],
  attention: ['yellow'],
  mal: ['red', 'bold'],
  decision: ['cyan'],
  titre: ['bold'],
  discret: ['dim'],
} as const;
