// The settled operations of the feed. What the plan, the confirmation and the rejections of people rest on stays.
import { estDepassee, estVisible } from '../feed-confirm.js';
import type { Cible } from './cible.js';

const vivants = `('planned', 'approved', 'sending', 'retry', 'held', 'dead')`;

/** What was rejected by a person is not proposed again while the BAL is there: the operation is what remembers it. */
const estRefusRetenu = (o: string): string => `(${o}.state = 'cancelled'
  and not exists (select from feed_operation s where s.adresse = ${o}.adresse and s.porteur_cle = ${o}.porteur_cle
    and s.kind = ${o}.kind and s.id > ${o}.id)
  and (exists (select from bal_operateur b where b.adresse = ${o}.adresse and b.gone_load_id is null)
    or exists (select from bal_annuaire b where b.adresse = ${o}.adresse and b.gone_load_id is null)
    or exists (select from publication_connue c where c.adresse = ${o}.adresse)))`;

/** Accepted since the extraction in service was made: until the next one, it is what is published. */
const estEncoreLaSource = (o: string): string => `(${o}.state in ('accepted', 'confirmed')
  and ${o}.accepted_at >= coalesce((select max(genere_le) from source_load where source = 'bals'), '-infinity'))`;

const estTerminee = (o: string): string => `(
  (${o}.state in ('confirmed', 'superseded', 'cancelled')
    or (${o}.state = 'accepted' and (${estDepassee(o)} or not ${estVisible(o)})))
  and greatest(${o}.created_at, ${o}.decided_at, ${o}.sent_at, ${o}.accepted_at, ${o}.confirmed_at) < $1::timestamptz
  and not ${estRefusRetenu(o)} and not ${estEncoreLaSource(o)})`;

/**
 * Of one BAL and porteur, the oldest first: an older one that stays is judged by the newer ones (overtaken, rejected for good), so these
 * stay with it.
 */
const aTerme = `${estTerminee('t')}
  and not exists (select from feed_operation p where p.adresse = t.adresse and p.porteur_cle = t.porteur_cle
    and p.id < t.id and not ${estTerminee('p')})
  and not exists (select from feed_operation s where s.apres_id = t.id and s.state in ${vivants})
  and not exists (select from demande d where d.adresse = t.adresse and d.close_le is null)`;

export const ciblesAlimentation: readonly Cible[] = [
  {
    nom: 'feed_operation',
    categorie: 'operations',
    libelle: 'opérations terminées, avec leurs essais',
    table: 'feed_operation',
    condition: aTerme,
    parcours: 'adresses',
    estGardee: true,
  },
  {
    nom: 'feed_attempt',
    categorie: 'echanges',
    libelle: 'contenu des requêtes envoyées et de leurs réponses',
    table: 'feed_attempt',
    // What is not over is read again by whoever takes it up.
    condition: `t.started_at < $1::timestamptz and num_nonnulls(t.request, t.response, t.message) > 0
      and exists (select from feed_operation o where o.id = t.operation_id and o.state not in ${vivants})`,
    maj: `request = null, response = null, message = null`,
    parcours: 'pages',
    estGardee: false,
  },
];
