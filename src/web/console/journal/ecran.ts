// The journal: every action, found by person, object, action, outcome and period.
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Pool } from '../../../db/pool.js';
import { parisDay } from '../../../domain/paris-time.js';
import {
  actionsTracees,
  issuesTrace,
  libellesAction,
  libellesIssue,
} from '../../../domain/trace.js';
import { lignesExport } from '../../../audit/export.js';
import { findTrace, listTraces } from '../../../store/journal-lecture.js';
import { PageError } from '../../page/page-error.js';
import type { Page } from '../../page/pages.js';
import type { PageConsole } from '../console.js';
import { tracerConsultation } from '../consulter.js';
import { adresseJournal, ecrirePosition, lireFiltreJournal, type FiltreJournal } from './filtre.js';
import { montrerTrace, resumerTrace } from './trace.js';

export type EcranJournalOptions = { readonly pool: Pool; readonly now: () => Date };

const chemin = '/console/journal';
const taillePage = 50;
/** A spreadsheet still opens as many; who wants more has « audit export ». */
const exportMax = 100_000;

export function ecranJournal({ pool, now }: EcranJournalOptions): PageConsole {
  const config = { acces: 'lecteur' };
  return (app, espace) => {
    app.get('/journal', { config }, async (request, reply) => {
      const page = await montrerJournal(pool, lireFiltreJournal(request.query));
      return espace.show(request, reply, { ...page, actif: 'journal' });
    });
    app.get('/journal.csv', { config }, async (request, reply) => {
      const { filtre, erreurs } = lireFiltreJournal(request.query);
      if (erreurs[0]) throw new PageError(400, 'Filtre inutilisable', erreurs[0].message);
      const at = now();
      await tracerConsultation(
        pool,
        espace,
        request,
        { action: 'export', objets: [], requete: { journal: filtre, format: 'csv' } },
        at,
      );
      const lignes = lignesExport(
        (apres, max) => listTraces(pool, filtre, { ordre: 'anciennes', apres, max }),
        'csv',
        { tracesMax: exportMax, signal: request.signal },
      );
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="journal-${parisDay(at)}.csv"`)
        .send(Readable.from(lignes, { objectMode: false }));
    });
    app.get('/journal/:sequence', { config }, async (request, reply) => {
      const { sequence } = params.parse(request.params);
      const trace = /^\d{1,15}$/u.test(sequence)
        ? await findTrace(pool, Number(sequence))
        : undefined;
      if (!trace) {
        throw new PageError(404, 'Trace introuvable', 'Le journal n’a pas de trace de ce numéro.');
      }
      return espace.show(request, reply, { ...montrerTrace(trace), actif: 'journal' });
    });
  };
}

const params = z.object({ sequence: z.string() });

async function montrerJournal(
  pool: Pool,
  { champs, filtre, borne, erreurs }: FiltreJournal,
): Promise<Page> {
  const isBack = borne?.sens === 'avant';
  // One more than shown tells whether there is another page.
  const found =
    erreurs.length > 0
      ? []
      : await listTraces(pool, filtre, {
          ordre: isBack ? 'anciennes' : 'recentes',
          apres: borne?.de,
          max: taillePage + 1,
        });
  const kept = found.slice(0, taillePage);
  const traces = isBack ? kept.reverse() : kept;
  const hasMore = found.length > taillePage;
  const [first, last] = [traces.at(0), traces.at(-1)];
  const voisin = (sens: 'apres' | 'avant', de: typeof first): string | null =>
    de ? adresseJournal(chemin, champs, { [sens]: ecrirePosition(de) }) : null;
  return {
    gabarit: 'console/journal/liste',
    status: erreurs.length > 0 ? 400 : 200,
    titre: 'Journal',
    donnees: {
      champs,
      erreurs,
      estFiltre: Object.values(champs).some((valeur) => valeur !== ''),
      actions: actionsTracees.map((valeur) => ({ valeur, libelle: libellesAction[valeur] })),
      issues: issuesTrace.map((valeur) => ({ valeur, libelle: libellesIssue[valeur] })),
      traces: traces.map(resumerTrace),
      exporter: adresseJournal('/console/journal.csv', champs),
      precedent: (isBack ? hasMore : borne !== undefined) ? voisin('avant', first) : null,
      suivant: isBack || hasMore ? voisin('apres', last) : null,
      estHorsListe: borne !== undefined && traces.length === 0,
    },
  };
}
