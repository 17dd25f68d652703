// The case of a BAL beside its constat INACTIVE, as the report shows it.

const instant = (column: string): string =>
  `to_char(k.${column} at time zone 'Europe/Paris', 'YYYY-MM-DD')`;

/**
 * Adds to the values of a row `c` of `constat`: `cas` (state and days, Paris) and the `etape` that it has come to; nothing when
 * the cycle has not seen the BAL, or when what it saw is over.
 */
export function casSql(c: string): string {
  return `coalesce((select jsonb_build_object('etape', case k.etat when 'a-prevenir' then 'a-notifier'
      when 'prevenue' then 'a-notifier' when 'delai-en-cours' then 'notifiee' when 'a-supprimer' then 'a-supprimer'
      else 'conservee' end,
    'cas', jsonb_strip_nulls(jsonb_build_object('numero', k.id, 'etat', k.etat, 'attente', k.attente,
      'avisDemandeLe', ${instant('avis_demande_le')}, 'avisPartiLe', ${instant('avis_parti_le')},
      'rappelLe', ${instant('rappel_le')}, 'echeanceLe', ${instant('echeance_le')},
      'decideeLe', ${instant('decidee_le')}, 'closLe', ${instant('clos_le')}, 'cloture', k.cloture,
      'conserveeJusqua', ${instant('conservee_jusqua')})))
    from cas_inactivite k
    where k.adresse = ${c}.adresse and (k.clos_le is null or k.conservee_jusqua is not null)
      and k.id = (select max(dernier.id) from cas_inactivite dernier where dernier.adresse = ${c}.adresse)), '{}')`;
}
