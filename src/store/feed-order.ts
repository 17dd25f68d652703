// The order in which operations on one BAL of one porteur were carried out. Their numbers do not tell it: a change of type
// may number its insert before its delete, and they leave together, the delete first.

/** To order accepted operations `o`, the last one carried out first. */
export const derniereEnvoyee = (o: string): string =>
  `${o}.accepted_at desc, (${o}.kind = 'delete'), ${o}.id desc`;

/** Whether `x` was carried out after `o`; both are accepted operations. */
export const estEnvoyeeApres = (x: string, o: string): string =>
  `(${x}.accepted_at, ${x}.kind <> 'delete', ${x}.id) > (${o}.accepted_at, ${o}.kind <> 'delete', ${o}.id)`;
