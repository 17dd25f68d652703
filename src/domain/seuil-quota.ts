// When the users of a BAL are told that it fills up (EX_GBM_4470): at 80, 90 and 100 % of its quota, once per crossing.

export const seuilsQuota = [80, 90, 100] as const;
export type SeuilQuota = (typeof seuilsQuota)[number];

/** Points under a threshold below which it is armed again: a size that wavers around it is told once. */
export const rearmementPoints = 5;

export type SuiteQuota = {
  /** The highest threshold that is told and not armed again; 0 when none is. */
  readonly seuil: SeuilQuota | 0;
  /** The threshold to tell now. Crossing two at once is told once, by the higher. */
  readonly avis: SeuilQuota | undefined;
};

/** `seuil`: the last one told; `pourcent`: of the quota, now. */
export function suivreQuota(seuil: SeuilQuota | 0, pourcent: number): SuiteQuota {
  const atteint = highest(pourcent);
  if (atteint > seuil) return { seuil: atteint, avis: atteint === 0 ? undefined : atteint };
  const tenu = highest(pourcent + rearmementPoints);
  return { seuil: tenu < seuil ? tenu : seuil, avis: undefined };
}

function highest(pourcent: number): SeuilQuota | 0 {
  return seuilsQuota.findLast((seuil) => pourcent >= seuil) ?? 0;
}
