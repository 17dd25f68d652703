import type { Pool } from '../../../db/pool.js';
import type { Trace } from '../../../domain/trace.js';
import { findHistory } from '../../../store/bal-annuaire.js';
import { listCasDe } from '../../../store/cas-inactivite.js';
import { listTraces } from '../../../store/journal-lecture.js';
import {
  listAvisDe,
  listConstatsDe,
  listInventoriees,
  listMouvements,
  listOperationsDe,
  listPubliees,
  listSuppressionsDe,
} from '../../../store/fiche-bal.js';
import { listDemandesSur } from '../../../store/demande.js';
import { PageError } from '../../page/page-error.js';
import {
  momentsAnnuaire,
  momentsAvis,
  momentsConstats,
  momentsDemandes,
  momentsHygiene,
  momentsInventaire,
  momentsJournal,
  momentsOperations,
  ordonner,
} from './chronologie.js';
import { comparer } from './cotes.js';
import type { Fiche } from './ecran.js';
import { ligneConstat, ligneDemande, ligneOperation } from './listes.js';

const parListe = 50;

export async function montrerBal(pool: Pool, id: string): Promise<Fiche> {
  const adresse = id.toLowerCase();
  if (adresse.length > 320 || adresse.includes('\0')) throw unknown();
  const publiees = await listPubliees(pool, adresse);
  const inventoriees = await listInventoriees(pool, adresse);
  const presences = await findHistory(pool, adresse);
  const mouvements = await listMouvements(pool, adresse);
  const constats = await listConstatsDe(pool, [adresse], parListe);
  if (presences.length + mouvements.length + constats.length === 0) throw unknown();
  const operations = await listOperationsDe(pool, [adresse], parListe);
  const demandes = await listDemandesSur(pool, [adresse], parListe);
  const cas = await listCasDe(pool, adresse, 20);
  const avis = await listAvisDe(pool, adresse, parListe);
  const traces = await listDecisions(pool, adresse);
  return {
    objet: { genre: 'bal', id: adresse },
    page: {
      gabarit: 'console/fiches/bal',
      status: 200,
      titre: adresse,
      donnees: {
        adresse,
        domaine: adresse.slice(adresse.lastIndexOf('@') + 1),
        estPubliee: publiees.length > 0,
        estHebergee: inventoriees.some(({ etat }) => etat !== 'ferme'),
        cotes: comparer(publiees, inventoriees),
        ouverts: constats.filter(({ closLe }) => !closLe).map(ligneConstat),
        passes: constats.filter(({ closLe }) => closLe).map(ligneConstat),
        operations: operations.map(ligneOperation),
        demandes: demandes.map(ligneDemande),
        suppressions: await listSuppressionsDe(pool, adresse),
        moments: ordonner([
          ...momentsAnnuaire(presences),
          ...momentsInventaire(mouvements),
          ...momentsConstats(constats),
          ...momentsOperations(operations),
          ...momentsDemandes(demandes),
          ...momentsHygiene(cas),
          ...momentsAvis(avis),
          ...momentsJournal(traces),
        ]),
      },
    },
  };
}

/** What was done, not who looked. */
async function listDecisions(pool: Pool, adresse: string): Promise<Trace[]> {
  const page = { ordre: 'recentes', max: 100 } as const;
  const found = await listTraces(pool, { objet: `bal:${adresse}` }, page);
  return found.filter(({ action }) => action !== 'consultation' && action !== 'recherche');
}

function unknown(): PageError {
  return new PageError(
    404,
    'BAL inconnue',
    'Cette adresse n’est, et n’a été, ni dans l’Annuaire ni dans l’inventaire. Cherchez-la par son début, ou par le nom de son titulaire.',
  );
}
