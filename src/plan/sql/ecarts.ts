// From both sides to the operations that would make the one the other, each with its reason, or with what holds it back.

const colonnes = `kind, domaine, adresse, porteur_cle, type_bal, porteur_kind, rpps, structure_id, liste_rouge, rang,
  description, service, responsable, champs, motif, cause, publie, retenue, is_remplacee`;

const creer = `create temp table operation_voulue (
  n bigint generated always as identity primary key, kind text, domaine text collate "C",
  adresse text collate "C", porteur_cle text collate "C", type_bal text collate "C", porteur_kind text,
  rpps text collate "C", structure_id text collate "C", liste_rouge boolean, rang integer,
  description text, service text, responsable text, champs text[], motif text collate "C",
  -- what tells one occasion of a motif from the next: the constat, or the decision
  cause text, publie jsonb, autre_adresse text collate "C",
  -- why it is held back, and by which operation
  retenue text, operation_id bigint,
  -- of a delete: the BAL stays published, on another porteur or as another type
  is_remplacee boolean not null default false) on commit drop`;

const valeursPubliees = `case when p.adresse is not null then jsonb_strip_nulls(jsonb_build_object(
  'typeBal', p.type_bal, 'porteur', p.porteur_cle, 'listeRouge', p.liste_rouge, 'rang', p.rang,
  'description', p.description, 'service', p.service, 'responsable', p.responsable,
  'typeIdentifiantPp', p.type_pp, 'identifiantPp', p.pp, 'connuPar', p.origine)) end`;

const colonnesVoulues = `v.domaine, v.adresse, v.porteur_cle, v.type_bal, v.porteur_kind, v.rpps, v.structure_id,
  v.liste_rouge, v.rang, v.description, v.service, v.responsable`;

const estType10 = `exists (select from publie t where t.adresse = v.adresse and t.est_type_10)`;

const inserer = `insert into operation_voulue (${colonnes})
  select 'insert', ${colonnesVoulues}, '{}', m.motif,
    case m.motif when 'TYPE_DIVERGENT' then c.type_divergent when 'PER_TYPE_10' then c.per_type_10
      when 'ATTRIBUTS_DIVERGENTS' then c.attributs_divergents when 'NON_PUBLIEE' then c.non_publiee end::text,
    ${valeursPubliees}, v.refus, false
  from voulu v
  left join publie p on p.adresse = v.adresse and p.porteur_cle = v.porteur_cle
  left join signal c on c.adresse = v.adresse
  cross join lateral (select case
    when c.type_divergent is not null then 'TYPE_DIVERGENT'
    when c.per_type_10 is not null and ${estType10} then 'PER_TYPE_10'
    when c.attributs_divergents is not null then 'ATTRIBUTS_DIVERGENTS'
    when c.non_publiee is not null then 'NON_PUBLIEE' else 'INVENTAIRE_MODIFIE' end as motif) m
  where v.etat = 'actif' and (p.adresse is null or p.type_bal is distinct from v.type_bal)`;

const champs = `array_remove(array[
  case when v.liste_rouge <> p.liste_rouge then 'listeRouge' end,
  case when v.rang is distinct from p.rang then 'rang' end,
  case when v.description is distinct from p.description then 'description' end,
  case when v.service is distinct from p.service then 'service' end,
  case when v.responsable is distinct from p.responsable then 'responsable' end], null)`;

const remplacer = `insert into operation_voulue (${colonnes})
  select 'replace', ${colonnesVoulues}, x.champs, m.motif,
    case m.motif when 'LISTE_ROUGE_PUBLIEE' then c.liste_rouge_publiee when 'NON_PUBLIEE' then c.non_publiee
      when 'ATTRIBUTS_DIVERGENTS' then c.attributs_divergents end::text,
    ${valeursPubliees}, v.refus, false
  from voulu v
  join publie p on p.adresse = v.adresse and p.porteur_cle = v.porteur_cle and p.type_bal = v.type_bal
  left join signal c on c.adresse = v.adresse
  cross join lateral (select ${champs} as champs) x
  cross join lateral (select case
    when v.liste_rouge and not p.liste_rouge and c.liste_rouge_publiee is not null then 'LISTE_ROUGE_PUBLIEE'
    when p.liste_rouge and not v.liste_rouge and c.non_publiee is not null then 'NON_PUBLIEE'
    when 'service' = any (x.champs) and c.attributs_divergents is not null then 'ATTRIBUTS_DIVERGENTS'
    else 'INVENTAIRE_MODIFIE' end as motif) m
  where v.etat = 'actif' and cardinality(x.champs) > 0`;

// A deletion is held back when what says that the BAL is no longer wanted cannot be trusted.
const retenueDuDelete = `case
  when m.motif in ('DEMANDE_PS', 'INACTIVE') then null
  when m.motif = 'DOMAINE_HORS_LISTE_BLANCHE' then case when not r.liste_blanche_sure then 'SOURCE_PERIMEE' end
  when v.adresse is not null then v.refus
  when q.refus = 'PER_TYPE_10' and p.est_type_10 then null
  when q.refus is not null then q.refus
  when q.adresse is not null and not q.est_active then 'SUSPENDUE'
  when q.adresse is not null then null
  when not (r.inventaire_sur and r.bals_sures) then 'SOURCE_PERIMEE'
  when r.inventaire_partiel and not exists (select from bal_operateur b
    where b.adresse = p.adresse and b.gone_load_id is null) then 'INVENTAIRE_PARTIEL' end`;

const supprimer = `insert into operation_voulue (${colonnes})
  select 'delete', p.domaine, p.adresse, p.porteur_cle, p.type_bal, p.porteur_kind, p.rpps, p.structure_id,
    p.liste_rouge, null, null, null, null, '{}', m.motif,
    case m.motif when 'DEMANDE_PS' then d.reference when 'INACTIVE' then d.reference
      when 'DOMAINE_HORS_LISTE_BLANCHE' then z.constat_id::text
      when 'ORPHELINE_ANNUAIRE' then c.orpheline_annuaire::text when 'PER_TYPE_10' then c.per_type_10::text
      when 'TYPE_DIVERGENT' then c.type_divergent::text
      when 'ATTRIBUTS_DIVERGENTS' then c.attributs_divergents::text end,
    ${valeursPubliees}, ${retenueDuDelete},
    exists (select from voulu w where w.adresse = p.adresse and w.refus is null and w.etat = 'actif')
  from publie p
  cross join reglage_plan r
  left join voulu v on v.adresse = p.adresse and v.porteur_cle = p.porteur_cle
  left join signal c on c.adresse = p.adresse
  left join decidee d on d.adresse = p.adresse
  left join domaine_retire z on z.domaine = p.domaine
  left join presence q on q.adresse = p.adresse
  cross join lateral (select case
    when d.motif = 'DEMANDE_PS' or (d.motif = 'INACTIVE' and c.inactive is not null) then d.motif
    when z.domaine is not null then 'DOMAINE_HORS_LISTE_BLANCHE'
    when c.orpheline_annuaire is not null then 'ORPHELINE_ANNUAIRE'
    when p.est_type_10 and c.per_type_10 is not null then 'PER_TYPE_10'
    when c.type_divergent is not null then 'TYPE_DIVERGENT'
    when c.attributs_divergents is not null then 'ATTRIBUTS_DIVERGENTS'
    else 'INVENTAIRE_MODIFIE' end as motif) m
  where v.adresse is null or (v.etat = 'actif' and v.type_bal is distinct from p.type_bal)`;

// An address that one porteur loses while he gains one of the same type: only when there is no doubt which.
const changementsDAdresse = `update operation_voulue perdue set autre_adresse = c.gagnee
  from (select porteur_cle, type_bal, min(adresse) filter (where kind = 'delete') as perdue,
      min(adresse) filter (where kind = 'insert') as gagnee
    from operation_voulue
    where retenue is null and not is_remplacee and porteur_kind <> 'a-rechercher'
      and motif in ('ORPHELINE_ANNUAIRE', 'INVENTAIRE_MODIFIE', 'NON_PUBLIEE')
    group by porteur_cle, type_bal
    having count(*) filter (where kind = 'delete') = 1 and count(*) filter (where kind = 'insert') = 1) c
  where perdue.kind = 'delete' and perdue.adresse = c.perdue and perdue.porteur_cle = c.porteur_cle
    and perdue.retenue is null and c.gagnee <> c.perdue`;

export const ecartsSql: readonly string[] = [
  creer,
  inserer,
  remplacer,
  supprimer,
  `create index on operation_voulue (adresse, porteur_cle, kind)`,
  `analyze operation_voulue`,
  changementsDAdresse,
];
