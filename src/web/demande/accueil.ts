// `/demande`: what this is for, what one needs, the way in.
import type { EcransOptions } from './ecrans.js';
import type { PageDemande } from './demande.js';

export function createAccueil({ demandes: { delaiJours }, moyens }: EcransOptions): PageDemande {
  return (app, espace) => {
    app.get('/', { config: { acces: 'public' } }, (request, reply) =>
      espace.show(request, reply, {
        gabarit: 'demande/accueil',
        status: 200,
        titre: 'Faire supprimer une boîte aux lettres sécurisée',
        donnees: { delaiJours, moyens },
      }),
    );
  };
}
