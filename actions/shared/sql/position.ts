/** A place in a statement's text: 0-based offset in UTF-16 units, 1-based line, 0-based column (as Snowflake counts "position"). */
export interface Position {
  offset: number;
  line: number;
  column: number;
}

/** Every node of the tree knows the half-open range of text that it was read from. */
export interface Node {
  start: Position;
  end: number;
}
