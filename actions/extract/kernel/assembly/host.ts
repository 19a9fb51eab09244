/** What the kernel asks of its host; see ../kernel.ts. */

/** The stream is not what PostgreSQL writes: `code` says how (see PROBLEMS in ../kernel.ts), with two numbers. Never returns. */
@external('host', 'fail')
export declare function fail(code: i32, first: i32, second: i32): void;

/**
 * A page is full: the host copies it before it returns. The body is two pieces, of which the first (the definition
 * levels) is empty for a dictionary. Without a range the lengths are -1.
 */
@external('host', 'page')
export declare function page(
  column: i32,
  isDictionary: bool,
  levels: usize,
  levelsLength: u32,
  values: usize,
  valuesLength: u32,
  count: u32,
  nulls: u32,
  isIndexed: bool,
  min: usize,
  minLength: i32,
  max: usize,
  maxLength: i32,
): void;

// Codes of `fail`.
export const SIGNATURE: i32 = 0;
export const FLAGS: i32 = 1;
export const EXTENSION: i32 = 2;
export const AFTER_END: i32 = 3;
export const FIELD_COUNT: i32 = 4;
export const FIELD_LENGTH: i32 = 5;
export const FIXED_LENGTH: i32 = 6;
export const JSONB_VERSION: i32 = 7;
export const NUMERIC_LENGTH: i32 = 8;
export const MESSAGE: i32 = 9;
