/** A message of the plugin pgoutput, as far as rows are concerned. */
export type Message =
  | { kind: 'begin'; commitLsn: bigint; committedAt: bigint }
  | { kind: 'commit' }
  | { kind: 'relation'; id: number; columns: string[] }
  | { kind: 'insert'; relation: number; row: Tuple }
  | { kind: 'update'; relation: number; old: Tuple | undefined; isOldKey: boolean; row: Tuple }
  | { kind: 'delete'; relation: number; old: Tuple }
  | { kind: 'truncate' }
  | { kind: 'other' };

/** One value per column in the relation's order: its text, null, or undefined where an update left it untouched. */
export type Tuple = (string | null | undefined)[];

/** The message is not what pgoutput writes in version 1 of its protocol. */
export class PgoutputError extends Error {
  override name = 'PgoutputError';
}

/**
 * Decodes one message of pgoutput, protocol version 1, values as text.
 * Source: "Logical Replication Message Formats" in PostgreSQL's documentation.
 * @throws PgoutputError
 */
export function decodeMessage(octets: Buffer): Message {
  const reader = new Reader(octets);
  const message = readMessage(reader, String.fromCharCode(reader.byte()));
  reader.end();
  return message;
}

function readMessage(reader: Reader, type: string): Message {
  switch (type) {
    case 'B': {
      const [commitLsn, committedAt] = [reader.int64(), reader.int64()];
      reader.int32(); // The transaction's id.
      return { kind: 'begin', commitLsn: BigInt.asUintN(64, commitLsn), committedAt };
    }
    case 'C':
      reader.skip(1 + 8 + 8 + 8);
      return { kind: 'commit' };
    case 'R':
      return readRelation(reader);
    case 'I': {
      const relation = reader.int32();
      expectTuple(reader, 'N');
      return { kind: 'insert', relation, row: readTuple(reader) };
    }
    case 'U':
      return readUpdate(reader);
    case 'D': {
      const relation = reader.int32();
      expectTuple(reader, 'KO');
      return { kind: 'delete', relation, old: readTuple(reader) };
    }
    case 'T': {
      const relations = reader.int32();
      reader.skip(1 + 4 * relations);
      return { kind: 'truncate' };
    }
    case 'O': // Where a replicated transaction comes from.
      reader.int64();
      reader.text();
      return { kind: 'other' };
    case 'Y': // A type that is not built in; values come as text anyway.
      reader.int32();
      reader.text();
      reader.text();
      return { kind: 'other' };
    default:
      throw new PgoutputError(`unknown message type ${JSON.stringify(type)}`);
  }
}

function readRelation(reader: Reader): Message {
  const id = reader.int32();
  reader.text(); // Schema.
  reader.text(); // Name.
  reader.byte(); // Replica identity.
  const columns = Array.from({ length: reader.int16() }, () => {
    reader.byte(); // Whether it belongs to the key.
    const name = reader.text();
    reader.skip(4 + 4); // Type and modifier.
    return name;
  });
  return { kind: 'relation', id, columns };
}

function readUpdate(reader: Reader): Message {
  const relation = reader.int32();
  const first = expectTuple(reader, 'KON');
  if (first === 'N') {
    return { kind: 'update', relation, old: undefined, isOldKey: false, row: readTuple(reader) };
  }
  const old = readTuple(reader);
  expectTuple(reader, 'N');
  return { kind: 'update', relation, old, isOldKey: first === 'K', row: readTuple(reader) };
}

function expectTuple(reader: Reader, allowed: string): string {
  const type = String.fromCharCode(reader.byte());
  if (allowed.includes(type)) return type;
  throw new PgoutputError(`a tuple of type ${JSON.stringify(type)} where one of ${allowed} was expected`);
}

function readTuple(reader: Reader): Tuple {
  return Array.from({ length: reader.int16() }, () => {
    const kind = String.fromCharCode(reader.byte());
    if (kind === 'n') return null;
    if (kind === 'u') return undefined;
    if (kind === 't') return reader.sized(reader.int32());
    throw new PgoutputError(`a value of kind ${JSON.stringify(kind)}`);
  });
}

/** Reads a message from its beginning; a message that is cut is an error. */
class Reader {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  byte(): number {
    return this.#octets[this.#take(1)]!;
  }

  int16(): number {
    return this.#octets.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#octets.readUInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#octets.readBigInt64BE(this.#take(8));
  }

  sized(length: number): string {
    const at = this.#take(length);
    return this.#octets.toString('utf8', at, at + length);
  }

  /** Up to a zero octet. */
  text(): string {
    const end = this.#octets.indexOf(0, this.#at);
    if (end < 0) throw new PgoutputError('a name without its end');
    const text = this.#octets.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  skip(length: number): void {
    this.#take(length);
  }

  end(): void {
    const left = this.#octets.length - this.#at;
    if (left > 0) throw new PgoutputError(`${left} octets after the end of a message`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#octets.length) {
      throw new PgoutputError(`a message of ${this.#octets.length} octets, cut at ${at}`);
    }
    this.#at += length;
    return at;
  }
}
