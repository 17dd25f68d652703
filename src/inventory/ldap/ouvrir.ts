// An LDAP directory as a source of the inventory.
import { gardienDesDomaines, type SourceInventaire } from '../../domain/source-inventaire.js';
import { LectureFlux, type Enregistrement } from '../flux.js';
import type { Ouverture } from '../lecture.js';
import { LdapSession, type LdapSettings } from './client.js';
import { attributsDe, nommerColonne, type Correspondance } from './correspondance.js';
import { lireEntree } from './enregistrement.js';

export type SourceLdap = {
  readonly connexion: Omit<LdapSettings, 'attributs'>;
  readonly correspondance: Correspondance;
};

export type FluxContext = {
  readonly now: Date;
  readonly limits: { readonly rowsMax: number; readonly faultsKeptMax: number };
  readonly signal: AbortSignal | undefined;
};

export function ouvrirLdap(
  { connexion, correspondance }: SourceLdap,
  source: SourceInventaire,
  { now, limits, signal }: FluxContext,
): Ouverture {
  const origin = `${connexion.url}/${connexion.base}`;
  return {
    origin,
    open: async (onProgress) => {
      const settings = { ...connexion, attributs: attributsDe(correspondance) };
      const session = await LdapSession.open(settings, signal);
      return new LectureFlux({
        nom: `l’annuaire ${connexion.url}`,
        objet: 'les entrées de l’annuaire, ou la correspondance « attributs »',
        origin,
        source,
        columns: [...correspondance.colonnes.keys()],
        nommer: (column) => nommerColonne(correspondance, column),
        mot: 'entrée',
        lots: lireEntrees(session, correspondance, source),
        remarques: () => remarquesOf(session),
        fermer: () => session.close(),
        now,
        limits,
        signal,
        onProgress,
      });
    },
  };
}

async function* lireEntrees(
  session: LdapSession,
  correspondance: Correspondance,
  source: SourceInventaire,
): AsyncGenerator<readonly Enregistrement[]> {
  const refuser = gardienDesDomaines(source);
  const estSien = (domaine: string): boolean => refuser(domaine) === undefined;
  for await (const entries of session.entries())
    yield entries.map((entry) => lireEntree(entry, correspondance, estSien));
}

function remarquesOf({ renvoisIgnores }: LdapSession): string[] {
  if (renvoisIgnores === 0) return [];
  return [
    `Le serveur renvoie ailleurs pour ${renvoisIgnores} partie(s) de l’arbre, qui n’ont pas été lues (« renvois: ignorer »).`,
  ];
}
