/**
 * A refusal in AWS's own words. Each service renders it in its own format (S3 as XML, the others as JSON).
 * `code` is the service's error code, `status` the HTTP status that goes with it.
 */
export class AwsError extends Error {
  override name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further elements of the error document, e.g. BucketName. */
  readonly details: Record<string, string>;

  constructor(status: number, code: string, message: string, details: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** What this endpoint does not do is said by name, never ignored. */
export function notImplemented(what: string): AwsError {
  return new AwsError(501, 'NotImplemented', `The local AWS endpoint does not implement ${what}.`);
}
