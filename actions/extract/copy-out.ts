import type { ClientBase, Connection, Submittable } from 'pg';
import { BulkSocket } from './bulk-socket.ts';

/** Takes what COPY sends. */
export interface CopySink {
  /**
   * Takes octets off the wire and returns how many: up to their end, to a message that is not CopyData, or to
   * where it has to wait.
   */
  feed(octets: Buffer): number;
  /** What the source must wait for before it is fed again, if anything. */
  wait(): Promise<void> | undefined;
}

const MESSAGE_HEADER = 5;
const COPY_OUT_RESPONSE = 0x48;
const COPY_DONE = 0x63;
const ERROR_RESPONSE = 0x45;

/**
 * Runs `COPY … TO STDOUT` and gives the socket's octets to `sink` as they come, instead of a message per row: pg's own
 * parser sees the rest of the messages only. Source: "Message Flow, COPY Operations" in PostgreSQL's documentation.
 * @throws what the server, the connection or the sink answered
 */
export function copyOut(client: ClientBase, sql: string, sink: CopySink): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOut(sql, sink, resolve, reject));
  });
}

/** One COPY as the client's active query. */
class CopyOut implements Submittable {
  readonly #sql: string;
  readonly #sink: CopySink;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #connection: Connection | undefined;
  #parsers: ((octets: Buffer) => void)[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #isWaiting = false;

  constructor(sql: string, sink: CopySink, resolve: () => void, reject: (error: unknown) => void) {
    this.#sql = sql;
    this.#sink = sink;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    const { stream } = connection;
    this.#parsers = stream.listeners('data') as ((octets: Buffer) => void)[];
    stream.removeAllListeners('data');
    stream.on('data', this.#take);
    if (stream instanceof BulkSocket) stream.isBulk = true;
    connection.query(this.#sql);
  }

  handleError(error: Error): void {
    this.#giveBack();
    this.#reject(error);
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleCommandComplete(): void {}

  readonly #take = (octets: Buffer): void => {
    this.#rest = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
    if (!this.#isWaiting) this.#feed();
  };

  #feed(): void {
    try {
      while (this.#rest.length > 0) {
        const taken = this.#sink.feed(this.#rest);
        this.#rest = this.#rest.subarray(taken);
        const wait = this.#sink.wait();
        if (wait !== undefined) {
          this.#pauseFor(wait);
          return;
        }
        if (!this.#takeMessage()) break;
      }
      // What is left of a bulk socket's view would be overwritten by what comes next.
      if (this.#rest.length > 0) this.#rest = Buffer.from(this.#rest);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Takes the message at the head of the rest, which is not CopyData; false when it is cut, or COPY is over. */
  #takeMessage(): boolean {
    const rest = this.#rest;
    if (rest.length < MESSAGE_HEADER) return false;
    const type = rest[0]!;
    if (type === COPY_DONE || type === ERROR_RESPONSE) {
      this.#giveBack();
      this.#parse(type === COPY_DONE ? rest.subarray(MESSAGE_HEADER) : rest);
      return false;
    }
    const end = 1 + rest.readUInt32BE(1);
    if (rest.length < end) return false;
    if (type !== COPY_OUT_RESPONSE) this.#parse(rest.subarray(0, end));
    this.#rest = rest.subarray(end);
    return true;
  }

  #pauseFor(wait: Promise<void>): void {
    const { stream } = this.#connection!;
    this.#isWaiting = true;
    stream.pause();
    wait.then(
      () => {
        this.#isWaiting = false;
        stream.resume();
        this.#feed();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** What the server still sends is of no use: the connection ends. */
  #fail(error: unknown): void {
    this.#reject(error);
    this.#connection!.stream.destroy();
  }

  #giveBack(): void {
    const { stream } = this.#connection!;
    this.#rest = Buffer.alloc(0);
    if (!stream.listeners('data').includes(this.#take)) return;
    stream.removeListener('data', this.#take);
    if (stream instanceof BulkSocket) stream.isBulk = false;
    for (const parser of this.#parsers) stream.on('data', parser);
  }

  #parse(octets: Buffer): void {
    for (const parser of this.#parsers) parser(octets);
  }
}
