// Which addresses a plan looks at: those of an open constat that can move something, those whose data that no extraction
// shows changed in the inventory, those that we changed since the extraction, those whose deletion was decided. The others, nearly all, are never read.
import { porteurCle, porteurSql } from '../../store/porteur-sql.js';

// Spaces that nobody meant are not a difference (the same rule as ATTRIBUTS_DIVERGENTS).
const texte = (colonne: string): string =>
  `case when ${colonne} like any ('{" %","% ","%  %","%\t%","%\u00a0%",""}'::text[])
     then nullif(btrim(regexp_replace(${colonne}, '[\\s\\u00a0]+', ' ', 'g')), '') else ${colonne} end`;

export const service = texte('b.service_rattachement');

/** A line `b` of the inventory as it would be published: each type has the data that the ANS gives it. */
export const ligneInventaire = `b.adresse, b.domaine, b.type_bal, b.etat, b.liste_rouge, ${porteurSql},
  case when b.preferee then 1 end as rang,
  case when b.type_bal <> 'PER' then ${texte('b.description')} end as description,
  case when b.type_bal in ('ORG', 'APP') then ${service} end as service,
  case when b.type_bal <> 'PER' then ${texte('b.responsable')} end as responsable,
  b.type_identifiant_pp as type_pp, b.identifiant_pp as pp, b.structure_id as structure_saisie`;

export const enService = `b.gone_load_id is null and b.etat <> 'ferme'`;

/** What no extraction shows, in a row that has these columns. */
const estCachee = `type_bal in ('APP', 'CAB') or liste_rouge
  or rang is not null or description is not null or responsable is not null`;

// The service of a BAL that extractions show is judged by the reconciliation.
const cachees = `adresse, porteur_cle, type_bal, liste_rouge, rang, description,
  case when type_bal = 'APP' or liste_rouge then service end as service, responsable`;

// The liste rouge is the BAL's: one line of it is enough for all its porteurs.
const rouges = `select rouge.adresse from bal_operateur rouge
  where rouge.liste_rouge and rouge.gone_load_id is null and rouge.etat <> 'ferme'`;

const inventaireCache = `create temp table cachee on commit drop as
  select lignes.*, ${porteurCle} as porteur_cle
  from (select ${ligneInventaire} from bal_operateur b
    where ${enService} and b.domaine in (select nom from domaine_plan)
      and (b.type_bal in ('APP', 'CAB') or b.liste_rouge or b.preferee
        or b.description <> '' or b.responsable <> '' or b.adresse in (${rouges}))) lignes
  where porteur_kind is not null and (${estCachee} or adresse in (${rouges}))`;

const rougirCache = `update cachee set liste_rouge = true where not liste_rouge and adresse in (${rouges})`;

/** At the first plan, what no extraction shows is presumed published as the inventory says. */
export const presumer = `insert into publication_connue (adresse, porteur_cle, domaine, type_bal, porteur_kind,
    rpps, structure_id, liste_rouge, rang, description, service, responsable, origine, since)
  select adresse, porteur_cle, min(domaine), min(type_bal), min(porteur_kind), min(rpps),
    min(structure_id), bool_or(liste_rouge), min(rang), min(description), min(service),
    min(responsable), 'presumee', $1::timestamptz
  from cachee where adresse ~ (select motif_adresse from reglage_plan)
  group by adresse, porteur_cle having min(type_bal) = max(type_bal)
  on conflict do nothing`;

// Codes whose constats can make an operation, or hold one back.
const codes = `'PER_TYPE_10', 'TITULAIRE_INCONNU', 'ORPHELINE_ANNUAIRE', 'TITULAIRE_ADELI',
  'ATTRIBUTS_DIVERGENTS', 'TYPE_DIVERGENT', 'INACTIVE', 'NON_PUBLIEE', 'LISTE_ROUGE_PUBLIEE', 'ADRESSE_INVALIDE'`;

export const preparerSql: readonly string[] = [
  `create temp table domaine_retire on commit drop as
   select c.domaine, c.id as constat_id from constat c join domaine_plan d on d.nom = c.domaine
   where c.code = 'DOMAINE_HORS_LISTE_BLANCHE' and c.closed_run_id is null`,
  // A demande counts before the end of an INACTIVE cycle, the first decision before the others.
  `create temp table decidee on commit drop as
   select distinct on (s.adresse) s.adresse, s.motif, s.reference, s.decided_at, s.decided_by
   from suppression_decidee s where s.withdrawn_at is null order by s.adresse, s.motif, s.id`,
  `analyze domaine_retire`,
  `analyze decidee`,
  inventaireCache,
  rougirCache,
];

export const porteeSql: readonly string[] = [
  // What the reconciliation found, one row per address: the number of each open constat.
  `create temp table signal on commit drop as
   select c.adresse, min(c.domaine) as domaine,
     ${[
       'PER_TYPE_10',
       'TITULAIRE_INCONNU',
       'ORPHELINE_ANNUAIRE',
       'TITULAIRE_ADELI',
       'ATTRIBUTS_DIVERGENTS',
       'TYPE_DIVERGENT',
       'INACTIVE',
       'NON_PUBLIEE',
       'LISTE_ROUGE_PUBLIEE',
       'ADRESSE_INVALIDE',
     ]
       .map((code) => `max(c.id) filter (where c.code = '${code}') as ${code.toLowerCase()}`)
       .join(', ')}
   from constat c where c.closed_run_id is null and c.adresse is not null and c.code in (${codes})
   group by c.adresse`,
  `analyze signal (adresse)`,
  `create temp table examine on commit drop as
   select adresse from signal
   where coalesce(per_type_10, orpheline_annuaire, titulaire_adeli, attributs_divergents, type_divergent,
     non_publiee, liste_rouge_publiee, adresse_invalide) is not null
   union select adresse from decidee
   union select b.adresse from domaine_retire r join bal_annuaire b on b.domaine = r.domaine
     where b.gone_load_id is null
   union select c.adresse from domaine_retire r join publication_connue c on c.domaine = r.domaine
   union select adresse from feed_operation where state in ('accepted', 'confirmed')
     and accepted_at > (select extraction_le from reglage_plan)
   union select adresse from (
     select 1 as cote, ${cachees} from cachee
     union all select 2, ${cachees} from publication_connue where ${estCachee}) cotes
   group by adresse, porteur_cle, type_bal, liste_rouge, rang, description, service, responsable
   having min(cote) = max(cote)`,
  `alter table examine add primary key (adresse)`,
  `analyze examine`,
];
