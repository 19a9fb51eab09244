/** Where a user's mistake stands: a file of the repository, 1-based line and column. */
export interface SourceLocation {
  file?: string;
  line?: number;
  column?: number;
}

/**
 * A failure that its reader can act on. The message says what happened and to what (file, table, key);
 * `remedy` says what to do. Shown without a stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
  readonly remedy: string | undefined;
  readonly location: SourceLocation;

  constructor(
    message: string,
    options: { remedy?: string | undefined; location?: SourceLocation; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy;
    this.location = options.location ?? {};
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
