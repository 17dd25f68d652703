// What the administrator types after having read the plan.
import { wrap } from './layout.js';
import type { PlanSummary } from './plan.js';
import { sumBy } from './summary.js';

/** The next command to type. */
export function suite({ plan, operations }: PlanSummary, width: number): string[] {
  const aDecider = sumBy(
    operations.filter((o) => o.etape !== 'decidee'),
    (o) => o.nombre,
  );
  if (aDecider === 0) return ['Rien à décider.'];
  if (plan.etat === 'bloque') {
    return [
      ...wrap(
        'Le plan est bloqué : rien n’en part tant que personne ne lève les gardes. Vérifiez d’abord les sources (annuaire-sync status) : ' +
          'beaucoup de suppressions viennent le plus souvent d’un inventaire incomplet. Il se corrige en réimportant l’inventaire, puis « reconcile ».',
        width,
        '',
      ),
      `Tout lire      : annuaire-sync plan show --detail      (ou --format csv)`,
      `Si c’est voulu : annuaire-sync plan approve --plan ${plan.id} --tout --override "la raison"`,
      `Un seul domaine: annuaire-sync plan approve --plan ${plan.id} --domaine D --override "la raison"`,
    ];
  }
  return [
    `Tout lire     : annuaire-sync plan show --detail      (ou --format csv)`,
    `Tout approuver: annuaire-sync plan approve --plan ${plan.id} --tout`,
    `Une partie    : annuaire-sync plan approve --plan ${plan.id} --kind insert   (--domaine, --motif, --adresse, --operation)`,
    `Écarter       : annuaire-sync plan reject --plan ${plan.id} --operation N --motif-du-refus "pourquoi"`,
  ];
}
