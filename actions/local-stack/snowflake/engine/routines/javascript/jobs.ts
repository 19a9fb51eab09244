import type { MessagePort } from 'node:worker_threads';

/** Code to run apart. Everything in it is text, so that nothing of the server gets inside. */
export type Job =
  /** A function's body, once per row. */
  | {
      kind: 'scalar';
      id: number;
      name: string;
      body: string;
      parameters: Parameter[];
      returns: string;
      rows: (string | null)[][];
    }
  /** The handler object of a table function, over one partition. */
  | {
      kind: 'table';
      id: number;
      name: string;
      body: string;
      parameters: Parameter[];
      columns: Parameter[];
      argumentInfo: unknown;
      rows: (string | null)[][];
    }
  | {
      kind: 'procedure';
      name: string;
      body: string;
      parameters: Parameter[];
      returns: string;
      args: (string | null)[];
    };

/** A name and the name of its Snowflake type. */
export interface Parameter {
  name: string;
  type: string;
}

/** A job as it is sent: as JSON, with the time zone of its Dates. */
export interface Request {
  kind: Job['kind'];
  /** What the interpreter may be kept for; null: for nothing. */
  key: string | null;
  text: string;
  timeZone: string;
}

/** What a job comes to. */
export type Outcome =
  | { kind: 'done'; result: unknown }
  /** What the code threw. */
  | { kind: 'thrown'; message: string };

/** What the thread says: a job's outcome as JSON, a statement to execute as JSON, or that it failed itself. */
export type Message =
  /** `isLast`: the thread is to be ended after it. */
  | { kind: 'outcome'; text: string; isLast: boolean }
  | { kind: 'execute'; text: string }
  | { kind: 'broken'; message: string };

/** `signals[0]` counts what the thread has said (1: it is ready), `signals[1]` the answers to it. */
export interface ThreadData {
  port: MessagePort;
  signals: Int32Array<SharedArrayBuffer>;
}
