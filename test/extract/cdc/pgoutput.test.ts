import { describe, expect, it } from 'vitest';
import { ChangeDecoder } from '../../../actions/extract/cdc/changes.ts';
import { formatLsn, parseLsn } from '../../../actions/extract/cdc/lsn.ts';
import { decodeMessage, PgoutputError } from '../../../actions/extract/cdc/pgoutput.ts';

// Laid out by "Logical Replication Message Formats" in PostgreSQL's documentation.
const int = (value: number | bigint, octets: 1 | 2 | 4 | 8): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(BigInt(value));
  return buffer.subarray(8 - octets);
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const value = (kind: string, content = ''): Buffer =>
  Buffer.concat([
    Buffer.from(kind),
    ...(kind === 't' ? [int(Buffer.byteLength(content), 4), Buffer.from(content)] : []),
  ]);
const tuple = (...values: Buffer[]): Buffer => Buffer.concat([int(values.length, 2), ...values]);
const message = (type: string, ...parts: (Buffer | string)[]): Buffer =>
  Buffer.concat([Buffer.from(type), ...parts.map((part) => Buffer.from(part))]);

const begin = (lsn: number): Buffer => message('B', int(lsn, 8), int(830_000_000_000_000, 8), int(77, 4));
const commit = message('C', int(0, 1), int(100, 8), int(120, 8), int(0, 8));
const column = (name: string): Buffer => Buffer.concat([int(1, 1), text(name), int(25, 4), int(-1, 4)]);
const relation = message(
  'R',
  int(9, 4),
  text('public'),
  text('tält'),
  'd',
  int(2, 2),
  column('body'),
  column('id'),
);
const insert = message('I', int(9, 4), 'N', tuple(value('t', 'ä"\\'), value('t', '1')));
const update = message('U', int(9, 4), 'N', tuple(value('u'), value('t', '1')));
const moved = message(
  'U',
  int(9, 4),
  'K',
  tuple(value('n'), value('t', '1')),
  'N',
  tuple(value('u'), value('t', '2')),
);
const full = message(
  'U',
  int(9, 4),
  'O',
  tuple(value('t', 'old'), value('t', '2')),
  'N',
  tuple(value('u'), value('t', '2')),
);
const remove = message('D', int(9, 4), 'K', tuple(value('n'), value('t', '2')));
const truncate = message('T', int(1, 4), int(0, 1), int(9, 4));
const origin = message('O', int(5, 8), text('elsewhere'));
const type = message('Y', int(5, 4), text('public'), text('mood'));

const ALL = { begin, commit, relation, insert, update, moved, full, remove, truncate, origin, type };

describe('the decoder of pgoutput', () => {
  it('reads every message', () => {
    expect(decodeMessage(begin(100))).toEqual({
      kind: 'begin',
      commitLsn: 100n,
      committedAt: 830_000_000_000_000n,
    });
    expect(decodeMessage(relation)).toEqual({ kind: 'relation', id: 9, columns: ['body', 'id'] });
    expect(decodeMessage(insert)).toEqual({ kind: 'insert', relation: 9, row: ['ä"\\', '1'] });
    expect(decodeMessage(moved)).toEqual({
      kind: 'update',
      relation: 9,
      old: [null, '1'],
      isOldKey: true,
      row: [undefined, '2'],
    });
    expect(decodeMessage(remove)).toEqual({ kind: 'delete', relation: 9, old: [null, '2'] });
    expect([commit, truncate, origin, type].map((octets) => decodeMessage(octets).kind)).toEqual([
      'commit',
      'truncate',
      'other',
      'other',
    ]);
  });

  it.each(Object.entries({ ...ALL, begin: begin(1) }))(
    'refuses %s cut at every octet, and octets after it',
    (_, octets) => {
      for (let end = 0; end < octets.length; end++) {
        expect(() => decodeMessage(octets.subarray(0, end)), `cut at ${end}`).toThrow(PgoutputError);
      }
      expect(() => decodeMessage(Buffer.concat([octets, Buffer.from([0])]))).toThrow(PgoutputError);
    },
  );

  it('row 42: answers octets that were changed with a message or its own error', () => {
    let seed = 1;
    const random = (limit: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % limit;
    };
    const originals = Object.values({ ...ALL, begin: begin(1) });
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const octets = Buffer.from(originals[random(originals.length)]!);
      for (let change = random(3); change >= 0; change--) octets[random(octets.length)] = random(256);
      try {
        decodeMessage(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(PgoutputError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});

describe('changes', () => {
  const decoder = (): ChangeDecoder =>
    new ChangeDecoder({ table: 't', columns: ['id', 'body', 'later'], key: ['id'], from: 100n, to: 200n });
  const decode = (...messages: Buffer[]) => {
    const own = decoder();
    return messages.flatMap((octets) => own.decode(octets));
  };

  it('come in the order of the table, with what an update does not say', () => {
    const changes = decode(begin(100), relation, insert, update, moved, full, remove, commit);
    expect(changes.map(({ op, seq, values, unchanged }) => [op, seq, values, unchanged])).toEqual([
      ['insert', 0, ['1', 'ä"\\', null], []],
      ['update', 1, ['1', null, null], ['body']],
      ['delete', 2, ['1', null, null], []],
      ['update', 3, ['2', null, null], ['body']],
      ['update', 4, ['2', 'old', null], []],
      ['delete', 5, ['2', null, null], []],
    ]);
    expect(changes[0]).toMatchObject({ lsn: 100n, committedAt: 830_000_000_000_000n });
  });

  it('belong to the load in whose range they were committed', () => {
    expect(decode(begin(99), relation, insert, truncate, commit, begin(200), insert, commit)).toEqual([]);
  });

  it('refuse a TRUNCATE, a row outside of a transaction and one of an unknown relation', () => {
    expect(() => decode(begin(100), relation, truncate)).toThrow('table t: it was truncated at 0/64');
    expect(() => decode(relation, insert)).toThrow('insert outside of a transaction');
    expect(() => decode(begin(100), insert)).toThrow('relation 9, which was not described');
  });
});

it('positions of the log are written as PostgreSQL writes them', () => {
  expect(formatLsn(parseLsn('16/B374D848'))).toBe('16/B374D848');
  expect(parseLsn('1/0')).toBe(2n ** 32n);
  expect(() => parseLsn('16')).toThrow('is not a position');
});
