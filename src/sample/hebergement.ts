// What the opérateur knows of his ordinary BAL: in use, below quota, forwarding nothing.
import type { Bal, Hebergement } from './bal.js';
import type { Slot } from './bulk.js';
import type { Country } from './country.js';
import { draw, pick, stream } from './random.js';

const quotas = [1, 2, 5, 10].map((gib) => gib * 1024 ** 3);

/** Dates are counted from day 1, so that a BAL keeps them; all authentications stay under a year old to `dayMax`. */
export function createHebergements(country: Country): (slot: Slot, bal: Bal) => Hebergement {
  const streams = {
    creation: stream(country.seed, 'bal.creation'),
    authentification: stream(country.seed, 'bal.authentification'),
    taille: stream(country.seed, 'bal.taille'),
  };
  return (slot, bal) => {
    const first = country.firstDay.getTime();
    const creation = draw(streams.creation, slot.person);
    const authentication = draw(streams.authentification, slot.person);
    const size = draw(streams.taille, slot.person);
    const quota = pick(quotas, size >>> 3);
    const createdOn =
      slot.bornOn === 1
        ? new Date(first - (420 + (creation % 2_900)) * 86_400_000)
        : new Date(first + (slot.bornOn - 2) * 86_400_000);
    const seenAt =
      slot.bornOn === 1
        ? new Date(
            first -
              (1 + (authentication % 270)) * 86_400_000 +
              ((authentication >>> 9) % 86_400_000),
          )
        : undefined;
    return {
      etat: 'actif',
      listeRouge: false,
      preferee: creation % 6 === 0,
      dateCreation: createdOn.toISOString().slice(0, 10),
      derniereAuthentification: seenAt ? `${seenAt.toISOString().slice(0, 19)}Z` : '',
      tailleOctets: Math.floor(quota * 0.75 * (size / 0x1_0000_0000)),
      quotaOctets: quota,
      transfertVers: '',
      responsable: bal.typeBal === 'ORG' ? `Responsable ${bal.service.toLowerCase()}` : '',
      description: bal.typeBal === 'ORG' ? bal.service : '',
    };
  };
}
