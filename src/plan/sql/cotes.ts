// Both sides of each address looked at, porteur by porteur: what is published, what is wanted.
import { derniereEnvoyee } from '../../store/feed-order.js';
import { porteurCle, porteurSql, structureUtilisable } from '../../store/porteur-sql.js';
import { enService, ligneInventaire, service } from './portee.js';

// What the ANS accepted from us after the extraction in service was made counts before what the extraction shows.
const derniere = `create temp table derniere on commit drop as
  select distinct on (o.adresse, o.porteur_cle) o.id, o.kind, o.adresse, o.domaine, o.type_bal,
    o.porteur_kind, o.rpps, o.structure_id, o.porteur_cle, o.liste_rouge, o.rang, o.description,
    o.service, o.responsable
  from feed_operation o join examine using (adresse)
  where o.state in ('accepted', 'confirmed')
    and o.accepted_at > (select extraction_le from reglage_plan)
  order by o.adresse, o.porteur_cle, ${derniereEnvoyee('o')}`;

const vue = `create temp table vue on commit drop as
  select adresse, ${porteurCle} as porteur_cle, min(domaine) as domaine, min(type_bal) as type_bal,
    coalesce(min(porteur_kind), 'a-rechercher') as porteur_kind, min(rpps) as rpps,
    min(structure_id) as structure_id, min(service) as service, min(pp) as pp, min(type_pp) as type_pp,
    bool_and(type_bal = 'PER' and (type_pp = '10' or pp is null)) as est_type_10
  from (select b.adresse, b.domaine, b.type_bal, ${porteurSql},
      case when b.type_bal in ('ORG', 'APP') then ${service} end as service,
      b.type_identifiant_pp as type_pp, b.identifiant_pp as pp
    from examine join bal_annuaire b using (adresse) join domaine_plan d on d.nom = b.domaine
    where b.gone_load_id is null) lignes
  group by adresse, ${porteurCle}`;

const commun = (t: string): string => `${t}.adresse, ${t}.porteur_cle, ${t}.domaine, ${t}.type_bal,
  ${t}.porteur_kind, ${t}.rpps, ${t}.structure_id`;

const publie = `create temp table publie on commit drop as
  select ${commun('o')}, o.liste_rouge, o.rang, o.description, o.service, o.responsable,
    false as est_type_10, null::text as pp, null::text as type_pp, 'operation' as origine
  from derniere o where o.kind <> 'delete'
  union all
  select ${commun('v')}, false, c.rang, c.description, v.service, c.responsable,
    coalesce(v.est_type_10, false), v.pp, v.type_pp, 'extraction'
  from vue v left join publication_connue c using (adresse, porteur_cle)
  where not exists (select from derniere o where o.adresse = v.adresse and o.porteur_cle = v.porteur_cle)
  union all
  select ${commun('c')}, c.liste_rouge, c.rang, c.description, c.service, c.responsable,
    false, null, null, c.origine
  from examine join publication_connue c using (adresse) join domaine_plan d on d.nom = c.domaine
  where (c.type_bal in ('APP', 'CAB') or c.liste_rouge)
    and not exists (select from derniere o where o.adresse = c.adresse and o.porteur_cle = c.porteur_cle)
    and not exists (select from vue v where v.adresse = c.adresse and v.porteur_cle = c.porteur_cle)`;

// Why a line of the inventory is not to be published as it is: codes of catalogueRetenues.
const refus = `case
  when d.nom is null then 'DOMAINE_NON_DECLARE'
  when exists (select from domaine_retire r where r.domaine = b.domaine) then 'DOMAINE_HORS_LISTE_BLANCHE'
  when s.motif = 'DEMANDE_PS' or (s.motif = 'INACTIVE' and c.inactive is not null) then 'SUPPRESSION_DECIDEE'
  when b.adresse !~ (select motif_adresse from reglage_plan) then 'ADRESSE_INVALIDE'
  when b.type_bal = 'PER' and (b.type_identifiant_pp = '10' or b.identifiant_pp is null) then 'PER_TYPE_10'
  when b.type_bal in ('PER', 'CAB') and b.type_identifiant_pp = '0' then 'TITULAIRE_ADELI'
  when b.type_bal in ('PER', 'CAB')
    and (b.type_identifiant_pp = '8' and b.identifiant_pp ~ '^[0-9]{11}$') is not true then 'TITULAIRE_NON_IDENTIFIE'
  when b.type_bal in ('ORG', 'APP') and b.structure_id is null then 'SANS_STRUCTURE'
  when b.type_bal <> 'CAB' and not ${structureUtilisable} then 'STRUCTURE_INUTILISABLE' end`;

const ligne = `create temp table ligne on commit drop as
  select lignes.*, ${porteurCle} as porteur_cle, bool_or(liste_rouge) over (partition by adresse) as est_rouge
  from (select ${ligneInventaire}, ${refus} as refus, c.titulaire_inconnu
    from examine join bal_operateur b using (adresse)
    left join domaine_plan d on d.nom = b.domaine
    left join decidee s on s.adresse = b.adresse
    left join signal c on c.adresse = b.adresse
    where ${enService}) lignes`;

const voulu = `create temp table voulu on commit drop as
  select adresse, porteur_cle, min(domaine) as domaine, min(type_bal) as type_bal,
    min(porteur_kind) as porteur_kind, min(rpps) as rpps, min(structure_id) as structure_id,
    bool_or(est_rouge) as liste_rouge, min(rang) as rang, min(description) as description,
    min(service) as service, min(responsable) as responsable, min(etat) as etat,
    case when min(type_bal) <> max(type_bal) then 'TYPE_AMBIGU'
      when min(titulaire_inconnu) is not null and min(type_bal) in ('PER', 'CAB')
        and not exists (select from publie p where p.adresse = l.adresse and p.porteur_cle = l.porteur_cle)
      then 'TITULAIRE_INCONNU' end as refus
  from ligne l where l.refus is null group by adresse, porteur_cle`;

// What the inventory says of an address besides its porteurs.
const presence = `create temp table presence on commit drop as
  select adresse, bool_or(etat = 'actif') as est_active,
    min(refus) filter (where refus not in ('SUPPRESSION_DECIDEE', 'DOMAINE_HORS_LISTE_BLANCHE')) as refus
  from (select adresse, etat, refus from ligne
    union all select adresse, etat, refus from voulu where refus is not null) lignes
  group by adresse`;

/** Each with the index that keeps what follows from comparing every row with every other. */
const indexee = (table: string, colonnes = 'adresse, porteur_cle'): string[] => [
  `create index on ${table} (${colonnes})`,
  `analyze ${table}`,
];

export const cotesSql: readonly string[] = [
  derniere,
  ...indexee('derniere'),
  vue,
  ...indexee('vue'),
  publie,
  ...indexee('publie'),
  ligne,
  ...indexee('ligne', 'adresse'),
  voulu,
  ...indexee('voulu'),
  presence,
  ...indexee('presence', 'adresse'),
];
