// The part `ldap` of the settings under measure: every limit stays on. One is raised, because one address sends all of the
// load: searches per second and address are counted, and never reach this.
export const mirrorSettings = {
  anonyme: { recherchesParSeconde: 1_000_000 },
  // slapd knows no such matching: with it, some answers would rightly be longer than slapd's.
  annuaire: { sansAccents: false },
};
