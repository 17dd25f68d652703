import { nonConfirmeesSql } from '../../store/feed-confirm.js';
import { instantSql, type Rule } from './rule.js';

// The newest accepted operation of a BAL on a porteur: `precision` tells the porteurs apart.
export const nonConfirmee: Rule = {
  codes: ['NON_CONFIRMEE'],
  portee: 'parc',
  sql: `select 'NON_CONFIRMEE', o.domaine, o.adresse, o.porteur_cle, o.type_bal,
      jsonb_strip_nulls(jsonb_build_object('operation', o.id, 'genre', o.kind, 'porteur', o.porteur_cle,
        'listeRouge', o.liste_rouge, 'accepteeLe', ${instantSql('o.accepted_at')},
        'lueAutrementLe', ${instantSql('o.lue_en_vain_le')}, 'limiteJours', (select confirmation_jours from reglage)))
    ${nonConfirmeesSql('(select confirmee_avant from reglage)')}`,
};
