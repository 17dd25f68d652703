// « Vos boîtes aux lettres »: all the PER of the professional, wherever they are hosted, and what he can do about each.
import type { FastifyRequest } from 'fastify';
import { listBalsDuTitulaire, empechement, type BalDuTitulaire } from '../../store/demande-bals.js';
import { listDemandesDe, type Demande } from '../../store/demande.js';
import { findLoadInService } from '../../store/source-load.js';
import { nameStructure } from '../../domain/id-nat-struct.js';
import type { DonneesPage } from '../page/pages.js';
import { readContact } from './contact.js';
import type { EspaceDemande, PageDemande } from './demande.js';
import type { EcransOptions } from './ecrans.js';

/** Of one professional, all that are open among them. */
export const demandesMax = 100;

export function createBals(options: EcransOptions): PageDemande {
  return (app, espace) => {
    app.get('/bals', { config: { acces: 'professionnel' } }, async (request, reply) =>
      espace.show(request, reply, {
        gabarit: 'demande/bals',
        status: 200,
        titre: 'Vos boîtes aux lettres sécurisées',
        donnees: await readPage(options, espace, request),
      }),
    );
  };
}

async function readPage(
  { pool, demandes: { domaines } }: EcransOptions,
  espace: EspaceDemande,
  request: FastifyRequest,
): Promise<DonneesPage> {
  const { rpps } = espace.who(request);
  const bals = await listBalsDuTitulaire(pool, rpps, domaines);
  const ouvertes = (await listDemandesDe(pool, rpps, demandesMax)).filter(
    ({ closeLe }) => closeLe === undefined,
  );
  const annuaire = await findLoadInService(pool, 'bals');
  const montrees = bals.map((bal) =>
    balMontree(
      bal,
      ouvertes.find(({ adresse }) => adresse === bal.adresse),
    ),
  );
  return {
    rpps,
    ici: montrees.filter(({ estANous }) => estANous),
    ailleurs: montrees.filter(({ estANous }) => !estANous),
    annuaireLe: annuaire?.genereLe ?? annuaire?.loadedAt,
  };
}

/** What the templates show of a BAL; a key without a value is null. */
export function balMontree(
  bal: BalDuTitulaire,
  demande?: Demande,
): DonneesPage & { readonly estANous: boolean } {
  const { structureId, structureNom, structureCommune, operateurs, vueDepuis } = bal;
  return {
    ...bal,
    structureNom:
      structureNom ??
      (structureId === undefined ? null : `Structure ${nameStructure(structureId)}`),
    structureCommune: structureCommune ?? null,
    vueDepuis: vueDepuis ?? null,
    obstacle: empechement(bal) ?? null,
    demande: demande ? { id: demande.id, deposeeLe: demande.deposeeLe } : null,
    operateurs: operateurs.map(({ nom, support }) => ({
      nom: nom ?? null,
      support: support === undefined ? null : readContact(support).map(orNull),
    })),
  };
}

function orNull({ texte, lien }: ReturnType<typeof readContact>[number]): {
  texte: string;
  lien: string | null;
} {
  return { texte, lien: lien ?? null };
}
