import type { ColumnChunk } from './footer.ts';
import { compareValues, statedRange } from './statistics.ts';
import { binary, bool, encodeThrift, i32, i64, list, struct } from './thrift.ts';

/** The enum `BoundaryOrder` in parquet.thrift. */
const ORDER = { UNORDERED: 0, ASCENDING: 1, DESCENDING: 2 } as const;
const EMPTY = Buffer.alloc(0);

/**
 * Smallest and largest value per page, so that a reader skips pages. None where a page states no range though it has
 * values. Source: https://parquet.apache.org/docs/file-format/pageindex/
 */
export function encodeColumnIndex({ column, pages }: ColumnChunk): Buffer | undefined {
  const { physical } = column;
  const ranges = pages.map(({ page }) => statedRange(physical, page.range));
  const isNullPage = pages.map(({ page }) => page.nulls === page.values);
  if (ranges.some((range, at) => range === undefined && !isNullPage[at])) return undefined;
  const stated = ranges.filter((range) => range !== undefined);
  const isSorted = (direction: 1 | -1): boolean =>
    stated.every((range, at) => {
      const next = stated[at + 1];
      return (
        next === undefined ||
        (compareValues(physical, range.min, next.min) * direction <= 0 &&
          compareValues(physical, range.max, next.max) * direction <= 0)
      );
    });
  const order = isSorted(1) ? ORDER.ASCENDING : isSorted(-1) ? ORDER.DESCENDING : ORDER.UNORDERED;
  return encodeThrift(
    struct(
      [1, list(isNullPage.map(bool))],
      [2, list(ranges.map((range) => binary(range?.min ?? EMPTY)))],
      [3, list(ranges.map((range) => binary(range?.max ?? EMPTY)))],
      [4, i32(order)],
      [5, list(pages.map(({ page }) => i64(page.nulls)))],
    ),
  );
}

/** Where the pages lie and which row each begins with. */
export function encodeOffsetIndex({ pages }: ColumnChunk): Buffer {
  let row = 0;
  const locations = pages.map(({ offset, bytes, page }) => {
    const location = struct([1, i64(offset)], [2, i32(bytes)], [3, i64(row)]);
    row += page.values;
    return location;
  });
  return encodeThrift(struct([1, list(locations)]));
}
