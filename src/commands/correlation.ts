// What binds together the traces and the lines of one run.

/** Of the run that a daemon gave to this process; undefined elsewhere. */
export function correlationOf(env: NodeJS.ProcessEnv): string | undefined {
  const given = env['ANNUAIRE_SYNC_CORRELATION'];
  return given !== undefined && /^[\w-]{8,64}$/u.test(given) ? given : undefined;
}
