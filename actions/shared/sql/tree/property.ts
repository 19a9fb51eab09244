import type { Node } from '../position.ts';
import type { Identifier } from './expression.ts';

/** `NAME = value` of DDL and COPY. Names upper case. The engine validates names and values per kind of object. */
export interface Property extends Node {
  name: string;
  value: PropertyValue;
}
export type PropertyValue =
  | ({ kind: 'string'; value: string } & Node)
  | ({ kind: 'number'; text: string } & Node)
  | ({ kind: 'boolean'; value: boolean } & Node)
  /** a bare word or dotted name, e.g. AUTO, SKIP_FILE_10%, MY_DB.S.FMT ; `words` folded unless quoted */
  | ({ kind: 'word'; parts: Identifier[] } & Node)
  /** `(A = 1 B = 2)` */
  | ({ kind: 'properties'; properties: Property[] } & Node)
  /** `('a', 'b')` */
  | ({ kind: 'list'; items: PropertyValue[] } & Node)
  | ({ kind: 'variable'; name: string } & Node);
