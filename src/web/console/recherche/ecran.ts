// The search box of every page: straight to the sheet when there is one answer, a list otherwise.
import { z } from 'zod';
import type { Pool } from '../../../db/pool.js';
import type { PageConsole } from '../console.js';
import { chercher, trouveesMax, type Trouvailles } from './chercher.js';

export type EcranRechercheOptions = { readonly pool: Pool; readonly now: () => Date };

const query = z.object({ q: z.string().trim().max(200).catch('') }).catch({ q: '' });

export function ecranRecherche({ pool, now }: EcranRechercheOptions): PageConsole {
  return (app, espace) => {
    app.get('/recherche', { config: { acces: 'lecteur' } }, async (request, reply) => {
      const q = query
        .parse(request.query)
        .q.replace(/[\p{Control}\p{Surrogate}]/gu, ' ')
        .trim();
      const found = q === '' ? rien : await chercher(pool, q, now());
      const seul = seulChemin(found);
      if (seul !== undefined) return espace.redirect(reply, seul);
      const { exactes, professionnels, bals, estCoupee } = found;
      return espace.show(request, reply, {
        gabarit: 'console/recherche',
        status: 200,
        titre: 'Recherche',
        donnees: {
          ...{ q, exactes, estCoupee, trouveesMax },
          estVide: exactes.length + professionnels.length + bals.length === 0,
          bals: bals.map((bal) => ({ ...bal, segment: encodeURIComponent(bal.adresse) })),
          professionnels: professionnels.map(({ rpps, nom, prenom, lieux }) => ({
            rpps,
            nom: [prenom, nom].filter(Boolean).join(' '),
            lieux: lieux
              .slice(0, 3)
              .map(({ raisonSociale, codePostal, commune }) =>
                [raisonSociale, codePostal, commune].filter(Boolean).join(', '),
              ),
          })),
        },
      });
    });
  };
}

const rien: Trouvailles = { exactes: [], professionnels: [], bals: [], estCoupee: false };

function seulChemin({ exactes, professionnels, bals }: Trouvailles): string | undefined {
  const chemins = [
    ...exactes.map(({ chemin }) => chemin),
    ...professionnels.map(({ rpps }) => `/console/professionnels/${encodeURIComponent(rpps)}`),
    ...bals.map(({ adresse }) => `/console/bals/${encodeURIComponent(adresse)}`),
  ];
  return chemins.length === 1 ? chemins[0] : undefined;
}
