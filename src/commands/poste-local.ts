// Where a command is typed, for the trail (EX_GDT_5040).
import { hostname } from 'node:os';
import { programVersion } from './version.js';

export function posteLocal(): { readonly adresse: string; readonly agent: string } {
  return { adresse: hostname(), agent: `annuaire-sync ${programVersion}` };
}
