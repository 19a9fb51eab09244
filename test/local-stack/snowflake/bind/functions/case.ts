/** A SELECT list item (or a whole query) and the text of its only value; or the number of its error. */
export type FunctionCase = [sql: string, expected: string | null | { error: string; message?: string }];

/** Cases of one group of the reference, and the page that they follow. */
export interface FunctionGroup {
  page: string;
  cases: FunctionCase[];
}

export function error(code: string, message?: string): { error: string; message?: string } {
  return message === undefined ? { error: code } : { error: code, message };
}
