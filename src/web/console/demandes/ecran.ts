// `/console/demandes`: what professionals ask to be deleted, the evidence, the opérateur's answer.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Pool } from '../../../db/pool.js';
import type { DemandesSettings } from '../../../demande/settings.js';
import {
  echeanceDemande,
  estDemandeEnRetard,
  etatsDemande,
  libellesEtape,
  type EtatDemande,
} from '../../../domain/demande.js';
import { contientRole } from '../../../domain/role.js';
import { readPreuves } from '../../../store/demande-preuves.js';
import {
  countDemandes,
  findDemande,
  listDemandes,
  listEtapes,
  type Demande,
} from '../../../store/demande.js';
import { PageError } from '../../page/page-error.js';
import { adressePage } from '../adresse-page.js';
import type { EspaceConsole, PageConsole } from '../console.js';
import { adresseSchema, domaineSchema, facultatif, numero } from '../plan/formulaire.js';
import { declareDecisionDemande } from './decision.js';
import { vueDemande, vueEtape, vueLigne, vuePreuves } from './vues.js';

export type DemandesOptions = {
  readonly pool: Pool;
  readonly settings: DemandesSettings;
  readonly now: () => Date;
};

const parPage = 50;

export function createEcranDemandes(options: DemandesOptions): PageConsole {
  return (app, espace) => {
    const lecteur = { config: { acces: 'lecteur' } };
    app.get('/demandes', lecteur, (request, reply) => showFile(options, espace, request, reply));
    app.get('/demandes/:id', lecteur, (request, reply) => showUne(options, espace, request, reply));
    declareDecisionDemande(app, espace, options);
  };
}

const listeSchema = z.object({
  /** « attente »: without an answer; « retard »: late ones; « toutes »: closed ones too; nothing: those that are open. */
  etat: facultatif(z.enum([...etatsDemande, 'attente', 'retard', 'toutes'])),
  domaine: facultatif(domaineSchema),
  adresse: facultatif(adresseSchema),
  rpps: facultatif(
    z
      .string()
      .trim()
      .regex(/^\d{1,12}$/u),
  ),
  apres: facultatif(numero),
});

async function showFile(
  { pool, settings, now }: DemandesOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { apres, ...choisi } = listeSchema.parse(request.query);
  const { etat, domaine, adresse, rpps } = choisi;
  const at = now();
  // What came before has waited longer than the delay.
  const limite = echeanceDemande(at, -settings.delaiJours);
  const estRecentes = etat === 'toutes';
  const demandes = await listDemandes(
    pool,
    {
      etats: etatsVoulus(etat),
      domaine,
      adresse,
      rpps,
      attenduesAvant: etat === 'retard' ? limite : undefined,
    },
    { apres: apres === undefined ? undefined : Number(apres), max: parPage + 1, estRecentes },
  );
  const page = demandes.slice(0, parPage);
  const last = page.at(-1);
  const comptes = await countDemandes(pool, limite);
  return espace.show(request, reply, {
    gabarit: 'console/demandes',
    status: 200,
    titre: 'Demandes de suppression',
    actif: 'demandes',
    donnees: {
      delaiJours: settings.delaiJours,
      enRetard: comptes.enRetard,
      aSupprimer: comptes.aSupprimer,
      etats: etatsDemande.map((un) => ({
        etat: un,
        libelle: libellesEtape[un],
        nombre: comptes.parEtat.get(un) ?? 0,
        href: adressePage('/console/demandes', { etat: un }),
      })),
      estAucune: comptes.parEtat.size === 0,
      filtre: {
        etat: etat ?? '',
        domaine: domaine ?? '',
        adresse: adresse ?? '',
        rpps: rpps ?? '',
      },
      estFiltree: Object.values(choisi).some((valeur) => valeur !== undefined),
      demandes: page.map((demande) => vueLigne(demande, settings.delaiJours, at)),
      precedent: null,
      suivant:
        demandes.length > parPage && last
          ? adressePage('/console/demandes', { ...choisi, apres: last.id })
          : null,
    },
  });
}

function etatsVoulus(
  etat: z.infer<typeof listeSchema>['etat'],
): readonly EtatDemande[] | undefined {
  if (etat === undefined || etat === 'retard') return undefined;
  if (etat === 'attente') return ['recue', 'en-examen'];
  return etat === 'toutes' ? etatsDemande : [etat];
}

const params = z.object({ id: numero });

export async function getDemande(pool: Pool, request: FastifyRequest): Promise<Demande> {
  const id = Number(params.parse(request.params).id);
  const demande = await findDemande(pool, id);
  if (demande) return demande;
  throw new PageError(
    404,
    'Demande introuvable',
    `La demande n° ${id} n’existe pas, ou n’existe plus : la liste des demandes donne les numéros.`,
  );
}

async function showUne(
  { pool, settings, now }: DemandesOptions,
  espace: EspaceConsole,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const demande = await getDemande(pool, request);
  const at = now();
  const preuves = await readPreuves(pool, demande, settings.domaines, at);
  const etapes = await listEtapes(pool, demande.id);
  const isOpen = demande.etat === 'recue' || demande.etat === 'en-examen';
  return espace.show(request, reply, {
    gabarit: 'console/demande',
    status: 200,
    titre: `Demande n° ${demande.id}`,
    actif: 'demandes',
    donnees: {
      demande: vueDemande(demande, settings.delaiJours, at),
      estEnRetard: estDemandeEnRetard(demande, settings.delaiJours, at),
      preuves: vuePreuves(preuves),
      etapes: etapes.map(vueEtape),
      peutDecider: isOpen && contientRole(espace.who(request).role, 'gestionnaire'),
      peutPrendre:
        demande.etat === 'recue' && contientRole(espace.who(request).role, 'gestionnaire'),
    },
  });
}
