// The `professionnels:` section as the pages of /demande use it.
import type { IdentitesDEssai } from '../web/connexion/identite-psc.js';
import type { FournisseurSettings } from '../web/connexion/settings.js';
import { resolveOpenId, type OpenIdPlace, type OpenIdSurroundings } from './openid-settings.js';
import type { RawProfessionnels, RawPsc } from './professionnels-schema.js';
import type { FileReader } from './secret.js';

export type ProfessionnelsSettings = {
  /** Undefined: nobody signs in with Pro Santé Connect. */
  readonly psc: FournisseurSettings | undefined;
  /** Sandbox identity -> RPPS. */
  readonly identitesDEssai: IdentitesDEssai;
  /** Whether a link sent to another mailbox of the same holder lets him in. */
  readonly lien: boolean;
  readonly sessionInactiviteMs: number;
  readonly sessionDureeMaxMs: number;
};

export type ProfessionnelsSurroundings = OpenIdSurroundings & { readonly hasSmtp: boolean };

/** esante.gouv.fr, « Pro Santé Connect », endpoints of the two environments. */
const environnements = {
  production: 'https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet',
  'bac-a-sable': 'https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet',
};

export function resolveProfessionnels(
  raw: RawProfessionnels,
  { hasSmtp, ...surroundings }: ProfessionnelsSurroundings,
  reader: FileReader,
): ProfessionnelsSettings {
  if (raw.lien && !surroundings.urlPublique) {
    reader.fault('professionnels.lien : « web.urlPublique » est obligatoire avec lui');
  }
  if (raw.lien && !hasSmtp) {
    reader.fault(
      'professionnels.lien : « avis.smtp » est obligatoire avec lui : le lien part par courriel',
    );
  }
  return {
    psc: raw.psc && resolvePsc(raw.psc, surroundings, reader),
    identitesDEssai: new Map(Object.entries(raw.psc?.identitesDEssai ?? {})),
    lien: raw.lien,
    sessionInactiviteMs: raw.sessions.inactiviteMinutes * 60_000,
    sessionDureeMaxMs: raw.sessions.dureeMaxMinutes * 60_000,
  };
}

function resolvePsc(
  raw: RawPsc,
  surroundings: OpenIdSurroundings,
  reader: FileReader,
): FournisseurSettings | undefined {
  const emetteur = raw.emetteur ?? environnements[raw.environnement];
  const decouverte = raw.decouverte ?? `${emetteur}/.well-known/wallet-openid-configuration`;
  if (Object.keys(raw.identitesDEssai).length > 0 && emetteur === environnements.production) {
    reader.fault('professionnels.psc.identitesDEssai : vide en production');
  }
  const place: OpenIdPlace = {
    ...surroundings,
    at: 'professionnels.psc',
    nom: 'Pro Santé Connect',
    cheminRetour: 'demande/retour',
    cheminSortie: 'demande/deconnecte',
  };
  return resolveOpenId({ ...raw, emetteur, decouverte }, place, reader);
}
