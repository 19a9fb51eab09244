import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CsvRecord, csvRecords } from '../../actions/load-customers/records.ts';

async function* chunked(text: string, size: number) {
  for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
}

async function read(text: string, { size = 7, delimiter = ',' } = {}): Promise<CsvRecord[]> {
  return collect(csvRecords(chunked(text, size), delimiter));
}

async function collect(records: AsyncIterable<CsvRecord>): Promise<CsvRecord[]> {
  const list: CsvRecord[] = [];
  for await (const record of records) list.push(record);
  return list;
}

describe('csvRecords', () => {
  test('gives fields, first line and raw text of each record, skipping blank lines', async () => {
    expect(await read('a,b\n\n1,"x, ""y"""\r\n2,\n')).toEqual([
      { line: 1, raw: 'a,b', fields: ['a', 'b'] },
      { line: 3, raw: '1,"x, ""y"""', fields: ['1', 'x, "y"'] },
      { line: 4, raw: '2,', fields: ['2', ''] },
    ]);
  });

  test('a quoted field may hold line ends, which stay as they are', async () => {
    expect(await read('1,"a\nb\r\nc"\n2,d')).toEqual([
      { line: 1, raw: '1,"a\nb\r\nc"', fields: ['1', 'a\nb\r\nc'] },
      { line: 4, raw: '2,d', fields: ['2', 'd'] },
    ]);
  });

  test('27: a quote that is never closed costs its own line and none of the good rows after it', async () => {
    const rows = Array.from({ length: 500 }, (_, index) => `${index},ok`);
    const records = await read(`0,"open\n${rows.join('\n')}\n`, { size: 1000 });
    expect(records[0]).toEqual({ line: 1, raw: '0,"open', fault: 'a quote is opened and never closed' });
    expect(records.slice(1).map((record) => record.raw)).toEqual(rows);
  });

  test('27: a stray quote that is closed by a later row costs its own line only', async () => {
    const records = await read('1,12" pipe\n2,ok\n3,"quoted"\n4,ok\n');
    expect(
      records.map((record) => ('fault' in record ? `${record.line}: ${record.fault}` : record.fields)),
    ).toEqual(['1: a quote is opened and never closed', ['2', 'ok'], ['3', 'quoted'], ['4', 'ok']]);
  });

  test('27: a line beyond the limit is rejected without being held, the next one is read', async () => {
    async function* huge() {
      yield 'a,b\n';
      for (let chunk = 0; chunk < 200; chunk++) yield 'x'.repeat(64 * 1024);
      yield '\n1,2\n';
    }
    const records = await collect(csvRecords(huge(), ','));
    expect(records[1]).toEqual({
      line: 2,
      raw: 'x'.repeat(1000),
      fault: 'line is longer than 1000000 characters',
    });
    expect(records[2]).toEqual({ line: 3, raw: '1,2', fields: ['1', '2'] });
  });

  test('42: what is written by the rules of RFC 4180 is read back, however it is cut into chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r\n', ' ', '=') });
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), async (table, size) => {
        const text = table
          .map((row) => `${row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`)
          .join('');
        const records = await read(text, { size });
        expect(records.map((record) => ('fields' in record ? record.fields : record.fault))).toEqual(table);
      }),
      { numRuns: 300 },
    );
  });

  test('42: any text is read to its end, and no line of it is lost', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\0', '😀') });
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const kept = (await read(content, { size: 3 })).map((record) => record.raw).join('');
        const strip = (value: string) => value.replace(/[\r\n ]/g, '');
        expect(strip(kept)).toBe(strip(content));
      }),
      { numRuns: 300 },
    );
  });
});
