// The few errors that somebody must tell apart. Messages are in French: an administrator reads them.

/** Exit codes of the command line (design: 0 done, 1 failed, 2 wrong usage, 3 refused by a guard). */
export type ExitCode = 1 | 2 | 3;

/** An expected failure: `message` is French and says what to do; `code` is stable for scripts and tests. */
export class AppError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(
    code: string,
    message: string,
    options: { exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** Wrong command line or settings (exit 2). */
export class UsageError extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { exitCode: 2, cause });
    this.name = 'UsageError';
  }
}

/** A guard or a rule refused; nothing was changed (exit 3). */
export class RefusedError extends AppError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { exitCode: 3, cause });
    this.name = 'RefusedError';
  }
}

/** The text of anything thrown, for a message; never a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** The code of a Node.js system or library error, e.g. `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
