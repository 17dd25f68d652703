// Settings of the mirror under measure: every limit stays on, those that a hundred ordinary users never meet are raised,
// because one address sends all of the load.
export const mirrorSettings = {} as const;
