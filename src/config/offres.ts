// Which domain belongs to which commercial offer (EX_GEN_0300).
import { z } from 'zod';
import { domaineName } from './domaine-name.js';
import type { FileReader } from './secret.js';

export const offreSchema = z.strictObject({
  nom: z.string().trim().min(1).max(200),
  domaines: z.array(domaineName).min(1).max(20_000),
});

type Operateur = {
  readonly domaines: readonly { readonly nom: string }[];
  readonly offres: readonly z.infer<typeof offreSchema>[];
};

/** A domain is of one offer, an offer is declared once, and only declared domains are told of. */
export function checkOffres({ domaines, offres }: Operateur, reader: FileReader): void {
  const declares = new Set(domaines.map(({ nom }) => nom));
  const noms = new Set<string>();
  const offreDe = new Map<string, string>();
  for (const [index, offre] of offres.entries()) {
    const at = `operateur.offres.${index}`;
    if (noms.has(offre.nom))
      reader.fault(`${at}.nom : l’offre « ${offre.nom} » est déclarée deux fois`);
    noms.add(offre.nom);
    for (const domaine of offre.domaines) {
      const autre = offreDe.get(domaine);
      if (autre !== undefined) {
        reader.fault(
          `${at}.domaines : ${domaine} est déjà de l’offre « ${autre} » ; un domaine est d’une seule offre`,
        );
      }
      if (!declares.has(domaine)) {
        reader.fault(`${at}.domaines : ${domaine} n’est pas dans operateur.domaines`);
      }
      offreDe.set(domaine, offre.nom);
    }
  }
}
