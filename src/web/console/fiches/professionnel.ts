import type { Pool } from '../../../db/pool.js';
import { parseRpps } from '../../../domain/identifiers.js';
import { listConstatsDe, listOperationsDe } from '../../../store/fiche-bal.js';
import { listMouvementsActivite, type MouvementActivite } from '../../../store/fiche-recherche.js';
import { findBalsDe, findProfessionnel, type ActiviteDe } from '../../../store/professionnel.js';
import { listDemandesSur } from '../../../store/demande.js';
import { PageError } from '../../page/page-error.js';
import {
  momentsConstats,
  momentsDemandes,
  momentsOperations,
  ordonner,
  type Moment,
} from './chronologie.js';
import type { Fiche } from './ecran.js';
import { ligneBal, ligneConstat, ligneDemande, ligneOperation } from './listes.js';

const parListe = 50;

export async function montrerProfessionnel(pool: Pool, id: string, now: Date): Promise<Fiche> {
  const rpps = parseRpps(/^8\d{11}$/u.test(id) ? id.slice(1) : id);
  if (rpps === undefined) throw unknown();
  const found = await findProfessionnel(pool, rpps, now);
  const bals = found?.bals ?? (await findBalsDe(pool, rpps));
  if (!found && bals.length === 0) throw unknown();
  const adresses = bals.map(({ adresse }) => adresse);
  const constats = await listConstatsDe(pool, adresses, parListe);
  const operations = await listOperationsDe(pool, adresses, parListe);
  const demandes = await listDemandesSur(pool, adresses, parListe);
  const nom = [found?.prenom, found?.nom].filter(Boolean).join(' ');
  return {
    objet: { genre: 'professionnel', id: `8${rpps}` },
    page: {
      gabarit: 'console/fiches/professionnel',
      status: 200,
      titre: nom === '' ? `RPPS ${rpps}` : nom,
      donnees: {
        rpps,
        estConnu: found !== undefined,
        activites: found?.activites.map(ligneActivite) ?? [],
        structures: found?.structures ?? [],
        savoirFaire: found?.savoirFaire ?? [],
        bals: bals.map(ligneBal),
        ouverts: constats.filter(({ closLe }) => !closLe).map(ligneConstat),
        operations: operations.map(ligneOperation),
        demandes: demandes.map(ligneDemande),
        moments: ordonner([
          ...momentsActivite(await listMouvementsActivite(pool, rpps)),
          ...momentsConstats(constats, true),
          ...momentsOperations(operations, true),
          ...momentsDemandes(demandes, true),
        ]),
      },
    },
  };
}

function ligneActivite(activite: ActiviteDe): Readonly<Record<string, unknown>> {
  const { finessSite, finessEj, siret, raisonSociale, codePostal, commune } = activite;
  const structure =
    finessSite === null
      ? finessEj === null
        ? siret === null
          ? null
          : `3${siret}`
        : `1${finessEj}`
      : `1${finessSite}`;
  return {
    structure,
    nom: raisonSociale ?? structure ?? 'sans structure',
    lieu: [codePostal, commune].filter(Boolean).join(' '),
    profession: activite.codeProfession,
    mode: activite.codeModeExercice,
    genre: activite.codeGenreActivite,
  };
}

function momentsActivite(mouvements: readonly MouvementActivite[]): Moment[] {
  return mouvements.map(({ genre, le, estPremiere, raisonSociale }) => {
    const ou = raisonSociale === null ? '' : ` : ${raisonSociale}`;
    const debut = estPremiere ? 'Activité déjà dans le premier fichier reçu' : 'Activité apparue';
    return {
      ...{ le, genre: 'Activité', chemin: null },
      texte: `${genre === 'debut' ? debut : 'Activité disparue du fichier national'}${ou}`,
    };
  });
}

function unknown(): PageError {
  return new PageError(
    404,
    'Professionnel inconnu',
    'Ce RPPS n’est ni dans les fichiers nationaux en service, ni sur une BAL. Un RPPS a onze chiffres.',
  );
}
