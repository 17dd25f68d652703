// Who carries a line of the inventory or of an extraction, said in SQL: plans and confirmations read lines alike.

/** Who carries a line `b` of the inventory or of the extraction; null when the feed could not say it. */
const rppsUtilisable = `b.type_identifiant_pp = '8' and b.identifiant_pp ~ '^[0-9]{11}$'`;
export const structureUtilisable = `b.structure_id ~ '^[0-46][0-9A-Z]{8,40}$'`;

const porteurKind = `case b.type_bal
  when 'PER' then case when ${rppsUtilisable} then case when b.structure_id is null then 'professionnel'
    when ${structureUtilisable} then 'situation' end end
  when 'CAB' then case when ${rppsUtilisable} then 'professionnel' end
  when 'ORG' then case when ${structureUtilisable} then 'structure' end
  when 'APP' then case when ${structureUtilisable} then 'structure' end end`;

/** The same text as the generated column of feed_operation. */
export const porteurCle = `case porteur_kind when 'professionnel' then 'professionnel:' || rpps
  when 'situation' then 'situation:' || rpps || ':' || structure_id
  when 'structure' then 'structure:' || structure_id
  else 'a-rechercher:' || adresse end collate "C"`;

/** The columns of the porteur, once `porteurKindSql` named its kind. */
export const porteurSql = `${porteurKind} as porteur_kind,
  case when b.type_bal in ('PER', 'CAB') and (${porteurKind}) is not null then b.identifiant_pp end as rpps,
  case when b.type_bal <> 'CAB' and (${porteurKind}) is not null then b.structure_id end as structure_id`;
