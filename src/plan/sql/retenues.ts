// What the plan does not propose, and the sentence that says why. $1 is the plan.

const insertRetenue = `insert into plan_retenue (plan_id, domaine, adresse, kind, code, message, operation_id)`;

const operationRetenue = `case v.retenue
  when 'ENVOI_EN_COURS' then 'L’opération n° ' || o.id || ' (' || o.kind || ') est en cours d’envoi.'
  when 'EN_ATTENTE' then 'L’opération n° ' || o.id || ' attend : ' || coalesce(o.last_message, 'voir son dernier essai') || '.'
  when 'EN_ECHEC' then 'L’opération n° ' || o.id || ' a échoué : ' || coalesce(o.last_message, 'voir son dernier essai') || '.'
  when 'ECARTEE' then 'L’opération n° ' || o.id || ' a été écartée le '
    || coalesce(to_char(o.decided_at at time zone 'Europe/Paris', 'DD/MM/YYYY'), 'jour inconnu')
    || ' par ' || coalesce(o.decided_by, 'inconnu') || '.'
  when 'CREATION_ECARTEE' then 'La création qui la précède (opération n° ' || o.id || ') est écartée ou en échec.'
  when 'SOURCE_PERIMEE' then case v.motif when 'DOMAINE_HORS_LISTE_BLANCHE'
    then 'Le domaine n’est plus en liste blanche, mais la liste en service est trop ancienne ou dépassée.'
    else 'La BAL n’est plus dans l’inventaire, mais l’inventaire ou l’extraction des BAL est trop ancien ou dépassé.' end
  when 'INVENTAIRE_PARTIEL' then 'La BAL n’est plus dans l’inventaire, mais des lignes de son dernier import ont été rejetées.'
  when 'SUSPENDUE' then 'La BAL est suspendue dans l’inventaire.'
  when 'TYPE_AMBIGU' then 'L’inventaire donne plusieurs types à cette BAL pour le même porteur.'
  when 'TITULAIRE_INCONNU' then 'Le RPPS ' || coalesce(v.rpps, 'du titulaire') || ' est inconnu du fichier national.'
  else 'Ce qui est publié reste tel quel tant que l’inventaire n’est pas corrigé.' end`;

// A line that cannot be published: what it says, and what is known to correct it.
const messageLigne = `case l.refus
  when 'PER_TYPE_10' then 'Le titulaire n’est désigné que par l’adresse (type 10) ou n’est pas renseigné.'
  when 'TITULAIRE_ADELI' then 'Le titulaire est désigné par le numéro ADELI ' || coalesce(l.pp, 'vide') || coalesce(
    ' ; son RPPS est ' || (select min(k.rpps) from correspondance_adeli k where k.adeli = l.pp and k.gone_load_id is null),
    ' ; son RPPS n’est pas connu') || '.'
  when 'TITULAIRE_NON_IDENTIFIE' then 'Le titulaire est désigné par ' || coalesce('l’identifiant ' || l.pp || ' (type '
    || coalesce(l.type_pp, 'vide') || ')', 'rien') || ', pas par un RPPS.'
  when 'SANS_STRUCTURE' then 'La BAL ' || l.type_bal || ' n’a pas de structure dans l’inventaire.'
  when 'STRUCTURE_INUTILISABLE' then 'L’identifiant de structure ' || l.structure_saisie || ' n’a pas une forme connue.'
  when 'ADRESSE_INVALIDE' then 'L’adresse n’a pas la forme qu’accepte l’Annuaire (reconcile.motifAdresse).'
  when 'DOMAINE_NON_DECLARE' then 'Le domaine ' || l.domaine || ' n’est pas dans operateur.domaines.'
  when 'DOMAINE_HORS_LISTE_BLANCHE' then 'Le domaine ' || l.domaine || ' n’est pas dans la liste blanche en service.'
  when 'SUPPRESSION_DECIDEE' then 'Suppression décidée le '
    || to_char(d.decided_at at time zone 'Europe/Paris', 'DD/MM/YYYY') || ' par ' || d.decided_by
    || ' (' || d.motif || ', ' || d.reference || '), mais la BAL est dans l’inventaire.' end`;

export const retenuesSql: readonly string[] = [
  `${insertRetenue}
   select $1::integer, v.domaine, v.adresse, v.kind, v.retenue, left(min(${operationRetenue}), 2000), v.operation_id
   from operation_voulue v left join feed_operation o on o.id = v.operation_id
   where v.retenue is not null
     and not exists (select from ligne l
       where l.adresse = v.adresse and l.refus = v.retenue and l.etat = 'actif')
   group by v.domaine, v.adresse, v.kind, v.retenue, v.operation_id
   order by v.retenue, v.domaine, v.adresse`,
  `${insertRetenue}
   select $1::integer, l.domaine, l.adresse,
     case when exists (select from publie p where p.adresse = l.adresse) then 'replace' else 'insert' end,
     l.refus, left(min(${messageLigne}), 2000), null
   from ligne l left join decidee d on d.adresse = l.adresse
   where l.refus is not null and l.etat = 'actif'
     -- What is published is being deleted: that says it.
     and not (l.refus in ('DOMAINE_HORS_LISTE_BLANCHE', 'SUPPRESSION_DECIDEE')
       and exists (select from publie p where p.adresse = l.adresse))
   group by l.domaine, l.adresse, l.refus order by l.refus, l.domaine, l.adresse`,
  `${insertRetenue}
   select $1::integer, min(b.domaine), d.adresse, 'delete', 'INACTIVITE_CESSEE',
     'Suppression décidée le ' || to_char(d.decided_at at time zone 'Europe/Paris', 'DD/MM/YYYY')
       || ' pour inactivité, mais la BAL n’est plus constatée inactive.', null
   from decidee d join bal_operateur b on b.adresse = d.adresse and b.gone_load_id is null and b.etat <> 'ferme'
   where d.motif = 'INACTIVE' and not exists (select from signal c
     where c.adresse = d.adresse and c.inactive is not null)
   group by d.adresse, d.decided_at`,
  `${insertRetenue}
   select $1::integer, c.domaine, c.adresse, case c.code when 'ATTRIBUTS_DIVERGENTS' then 'replace' else 'delete' end,
     case c.code when 'INACTIVE' then 'INACTIVE_PREAVIS' when 'ATTRIBUTS_DIVERGENTS' then 'SERVICE_NON_TRANSMIS'
       else c.code end,
     min(case c.code when 'INACTIVE' then 'La BAL est inactive ; aucune suppression n’est encore décidée.'
       when 'ATTRIBUTS_DIVERGENTS' then 'Service « ' || coalesce(c.valeurs -> 'operateur' ->> 'service', 'vide')
         || ' » dans l’inventaire, « ' || coalesce(c.valeurs -> 'annuaire' ->> 'service', 'vide') || ' » publié.'
       else 'Le titulaire n’a pas d’activité connue dans la structure de la BAL : ce n’est pas la preuve d’un départ.' end),
     null
   from constat c join domaine_plan p on p.nom = c.domaine
   where c.closed_run_id is null and (c.code = 'TITULAIRE_HORS_STRUCTURE'
     or (c.code = 'INACTIVE' and not exists (select from decidee d where d.adresse = c.adresse))
     or (c.code = 'ATTRIBUTS_DIVERGENTS' and c.type_bal in ('PER', 'CAB')
       and c.valeurs -> 'champs' = '["service"]'))
   group by c.domaine, c.adresse, c.code order by c.code, c.domaine, c.adresse`,
];
