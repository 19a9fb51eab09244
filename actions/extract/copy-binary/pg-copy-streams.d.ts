// The package carries no types; this is the part that is used.
declare module 'pg-copy-streams' {
  import type { Readable } from 'node:stream';
  import type { Connection, Submittable } from 'pg';

  /** The rows of a `COPY … TO STDOUT` as a byte stream; given to `client.query`. */
  export interface CopyToStream extends Readable, Submittable {
    /** Rows by the command's own count, once the stream has ended. */
    rowCount: number;
    submit: (connection: Connection) => void;
  }

  export function to(sql: string, options?: { highWaterMark?: number }): CopyToStream;
}
