// Which faults of the database may pass by themselves: lost or refused connection, full disk, lock, memory.

export function isTransientFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    // 08 connection, 40 deadlock and serialization, 53 resources, 55P03 lock, 57P stopped, 58 files, 25006 standby.
    /^(08...|40...|53...|55P03|57P..|57014|58...|25006|25P03|ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/.test(
      code,
    ) ||
    /^Connection terminated|^Client (has encountered|was closed)|timeout exceeded when trying to connect|^Query read timeout|^timeout expired$/.test(
      error.message,
    )
  );
}
