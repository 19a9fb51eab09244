import type { FieldFormat, RawPage } from '../../../actions/extract/kernel/kernel.ts';
import type { ParquetColumn } from '../../../actions/extract/parquet/schema.ts';
import { ColumnWriter } from './column.ts';
import { CopyDecoder } from './decoder.ts';
import { columnDecoder } from './fields.ts';

/** Pages of a COPY stream (its payload, without the messages around it), and values that became null, per column. */
export interface Decoded {
  rows: number;
  pages: RawPage[];
  specials: number[];
}

/**
 * The kernel's work in plain TypeScript, one value at a time: what the WebAssembly is compared with.
 * @param groupEnds numbers of rows after which a row group ends; the rest is the last group
 */
export function decodeByReference(
  columns: readonly { format: FieldFormat; parquet: ParquetColumn }[],
  stream: Buffer,
  groupEnds: readonly number[] = [],
): Decoded {
  const pages: RawPage[] = [];
  const specials = columns.map(() => 0);
  const writers = columns.map(
    ({ parquet }, index) => new ColumnWriter(parquet, index, (page) => pages.push(page)),
  );
  const decoder = new CopyDecoder(
    columns.map(({ format }, index) => columnDecoder(format, writers[index]!, () => specials[index]!++)),
  );
  let position = 0;
  for (const end of groupEnds) {
    while (decoder.rows < end) position = decoder.decode(stream, position, position + 1);
    for (const writer of writers) writer.finishChunk();
  }
  decoder.decode(stream, position);
  decoder.finish();
  for (const writer of writers) writer.finishChunk();
  return { rows: decoder.rows, pages, specials };
}
