// What is wanted against the operations that live: kept with their decisions, superseded, or new. $1 is the plan.

const vivants = `('planned', 'approved', 'sending', 'retry', 'held', 'dead')`;

// The BAL as it would be sent; of a deletion, the BAL and the porteur say everything.
const memeContenu = (
  o: string,
): string => `(v.kind = 'delete' or (v.type_bal, v.liste_rouge, v.rang, v.description, v.service,
    v.responsable) is not distinct from (${o}.type_bal, ${o}.liste_rouge, ${o}.rang, ${o}.description, ${o}.service, ${o}.responsable))`;

/** Before anything is read: what pushers may bring to its end while the plan is computed. */
export const observer = `create temp table en_jeu on commit drop as
  select id from feed_operation where state in ('approved', 'sending', 'retry', 'held', 'dead')`;

/** Once the operations are locked: what was accepted meanwhile, too late for both sides to be seen with it. */
export const aboutiesSql: readonly string[] = [
  `create temp table aboutie on commit drop as
   select o.id, o.kind, o.adresse, o.porteur_cle, o.type_bal, o.liste_rouge, o.rang, o.description,
     o.service, o.responsable
   from en_jeu join feed_operation o using (id) where o.state in ('accepted', 'confirmed')
     and o.id not in (select id from derniere)`,
  `analyze aboutie`,
  `delete from operation_voulue v using aboutie a
   where a.adresse = v.adresse and a.porteur_cle = v.porteur_cle and a.kind = v.kind and ${memeContenu('a')}`,
  // The next plan, due at once (hasRetenueMoved), sees it as it is.
  `update operation_voulue v set retenue = 'ENVOI_EN_COURS', operation_id = a.id
   from (select adresse, porteur_cle, max(id) as id from aboutie group by adresse, porteur_cle) a
   where a.adresse = v.adresse and a.porteur_cle = v.porteur_cle and v.retenue is null`,
];

const rapproche = `create temp table vivante on commit drop as
  select o.id, o.kind, o.state, o.adresse, o.porteur_cle, v.n
  from feed_operation o
  left join operation_voulue v on v.adresse = o.adresse and v.porteur_cle = o.porteur_cle
    and v.kind = o.kind and v.retenue is null and ${memeContenu('o')}
  where o.state in ${vivants}`;

/** Statements without a parameter: they settle what is held back by an operation. */
export const retenuesParOperationSql: readonly string[] = [
  rapproche,
  `create index on vivante (n)`,
  `create index on vivante (adresse, porteur_cle)`,
  `analyze vivante`,
  // While a request is out, nobody knows what the porteur holds: nothing else is said about this BAL on it.
  `update operation_voulue v set retenue = 'ENVOI_EN_COURS', operation_id = e.id
   from (select adresse, porteur_cle, max(id) as id from vivante where state = 'sending'
     group by adresse, porteur_cle) e
   where v.adresse = e.adresse and v.porteur_cle = e.porteur_cle and v.retenue is null
     and not exists (select from vivante o where o.n = v.n)`,
  `update operation_voulue v set operation_id = o.id,
     retenue = case o.state when 'held' then 'EN_ATTENTE' else 'EN_ECHEC' end
   from vivante o where o.n = v.n and o.state in ('held', 'dead')`,
  // What a person rejected stays so while it is the same, for the same occasion, and nothing was decided since.
  `update operation_voulue v set retenue = 'ECARTEE', operation_id = o.id
   from (select distinct on (adresse, porteur_cle, kind) id, state, adresse, porteur_cle, kind, type_bal,
       liste_rouge, rang, description, service, responsable, motif, valeurs ->> 'cause' as cause
     from feed_operation where adresse in (select adresse from operation_voulue)
     order by adresse, porteur_cle, kind, id desc) o
   where o.state = 'cancelled' and o.adresse = v.adresse and o.porteur_cle = v.porteur_cle and o.kind = v.kind
     and v.retenue is null and o.motif = v.motif and o.cause is not distinct from v.cause
     and ${memeContenu('o')}
     and not exists (select from vivante l where l.n = v.n)`,
  // Deleting what a creation was to replace would leave the BAL unpublished.
  `update operation_voulue v set retenue = 'CREATION_ECARTEE', operation_id = i.operation_id
   from operation_voulue i
   where v.kind = 'delete' and v.is_remplacee and v.retenue is null
     and v.motif in ('TYPE_DIVERGENT', 'ATTRIBUTS_DIVERGENTS', 'PER_TYPE_10', 'INVENTAIRE_MODIFIE')
     and i.kind = 'insert' and i.adresse = v.adresse and i.retenue in ('ECARTEE', 'EN_ATTENTE', 'EN_ECHEC')`,
];

/** The wanted row of a live operation, when it is still wanted. */
const encoreVoulue = `(v.retenue is null or v.retenue in ('EN_ATTENTE', 'EN_ECHEC'))`;

/** What is being sent alone is left alone: its outcome is not known. */
export const depasser = `update feed_operation o set state = 'superseded'
  from vivante l
  where o.id = l.id and l.state <> 'sending'
    and not exists (select from operation_voulue v where v.n = l.n and ${encoreVoulue})`;

const valeurs = `jsonb_strip_nulls(jsonb_build_object('cause', v.cause, 'publie', v.publie,
  'autreAdresse', v.autre_adresse))`;

/** What nobody decided yet is told with today's reasons; a decision keeps those that it was taken on. */
export const garder = `update feed_operation o set last_plan_id = $1::integer,
    motif = case when o.state = 'planned' then v.motif else o.motif end,
    exigence = case when o.state = 'planned' then m.exigence else o.exigence end,
    champs = v.champs,
    valeurs = case when o.state = 'planned' then ${valeurs} else o.valeurs end
  from vivante l join operation_voulue v on v.n = l.n
  join unnest($2::text[], $3::text[]) m (motif, exigence) on m.motif = v.motif
  where o.id = l.id and l.state <> 'sending' and ${encoreVoulue}`;

// On one porteur, a deletion goes before the creation that takes its place: they leave in one request, in this order.
// What must be searched for by its address is deleted before the address is published elsewhere, or the search would
// find the new publication.
const ordre = `case v.kind when 'insert' then 2 when 'replace' then 3
  else case when v.porteur_kind = 'a-rechercher' or exists (select from operation_voulue i
    where i.kind = 'insert' and i.adresse = v.adresse and i.porteur_cle = v.porteur_cle) then 1 else 4 end end`;

export const proposer = `insert into feed_operation (plan_id, last_plan_id, kind, adresse, domaine, type_bal,
    porteur_kind, rpps, structure_id, liste_rouge, rang, description, service, responsable, champs,
    motif, exigence, valeurs, created_at)
  select $1::integer, $1::integer, v.kind, v.adresse, v.domaine, v.type_bal, v.porteur_kind, v.rpps,
    v.structure_id, v.liste_rouge, v.rang, v.description, v.service, v.responsable, v.champs, v.motif,
    m.exigence, ${valeurs}, $4::timestamptz
  from operation_voulue v
  join unnest($2::text[], $3::text[]) m (motif, exigence) on m.motif = v.motif
  where v.retenue is null and not exists (select from vivante l where l.n = v.n)
  order by ${ordre}, v.domaine, v.adresse, v.porteur_cle`;

/** Which operation waits for which: `apres_id`, made anew by every plan. */
export const enchainerSql: readonly string[] = [
  `create temp table vive on commit drop as
   select o.id, o.kind, o.state, o.adresse, o.porteur_cle, o.porteur_kind, v.autre_adresse
   from operation_voulue v join feed_operation o on o.adresse = v.adresse
     and o.porteur_cle = v.porteur_cle and o.kind = v.kind and o.state in ${vivants}
   where v.retenue is null or v.retenue in ('EN_ATTENTE', 'EN_ECHEC')`,
  `create index on vive (adresse, kind)`,
  `analyze vive`,
  `update feed_operation o set apres_id = a.apres_id
   from (select d.id, case
         when d.kind = 'insert' then max(x.id) filter (where x.kind = 'delete' and x.porteur_kind = 'a-rechercher')
         -- On one porteur, both leave in one request.
         when d.porteur_kind = 'a-rechercher' or bool_or(x.kind = 'insert' and x.porteur_cle = d.porteur_cle) then null
         else greatest(max(x.id) filter (where x.kind = 'insert'), max(y.id)) end as apres_id
     from vive d
     join vive x on x.adresse = d.adresse
     left join vive y on y.adresse = d.autre_adresse and y.porteur_cle = d.porteur_cle and y.kind = 'insert'
     where d.state <> 'sending' and d.kind <> 'replace'
     group by d.id, d.kind, d.porteur_kind) a
   where o.id = a.id and o.apres_id is distinct from a.apres_id`,
];
