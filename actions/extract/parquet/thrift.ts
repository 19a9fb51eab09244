/**
 * The part of Thrift's compact protocol that Parquet's page headers and footer need.
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue =
  | { kind: 'bool'; value: boolean }
  | { kind: 'byte'; value: number }
  | { kind: 'int'; type: typeof TYPE_I16 | typeof TYPE_I32 | typeof TYPE_I64; value: number }
  | { kind: 'binary'; value: Uint8Array }
  | { kind: 'list'; items: readonly ThriftValue[] }
  | { kind: 'struct'; fields: readonly ThriftField[] };

/** A field's id and value; `undefined` leaves an optional field out. Ids must ascend. */
export type ThriftField = readonly [id: number, value: ThriftValue | undefined];

const TYPE_TRUE = 1;
const TYPE_FALSE = 2;
const TYPE_BYTE = 3;
const TYPE_I16 = 4;
const TYPE_I32 = 5;
const TYPE_I64 = 6;
const TYPE_BINARY = 8;
const TYPE_LIST = 9;
const TYPE_STRUCT = 12;

/** Encodes one struct, as Parquet stores a page header or the footer. */
export function encodeThrift(value: ThriftValue): Buffer {
  const out: number[] = [];
  writeValue(out, value);
  return Buffer.from(out);
}

export const bool = (value: boolean): ThriftValue => ({ kind: 'bool', value });
export const byte = (value: number): ThriftValue => ({ kind: 'byte', value });
export const i16 = (value: number): ThriftValue => ({ kind: 'int', type: TYPE_I16, value });
export const i32 = (value: number): ThriftValue => ({ kind: 'int', type: TYPE_I32, value });
/** A 64-bit integer that a double holds exactly. */
export const i64 = (value: number): ThriftValue => ({ kind: 'int', type: TYPE_I64, value });
export const binary = (value: Uint8Array): ThriftValue => ({ kind: 'binary', value });
export const text = (value: string): ThriftValue => ({ kind: 'binary', value: Buffer.from(value, 'utf8') });
/** Items must be of one kind; an empty list is written as a list of structs. */
export const list = (items: readonly ThriftValue[]): ThriftValue => ({ kind: 'list', items });
export const struct = (...fields: ThriftField[]): ThriftValue => ({ kind: 'struct', fields });

function writeValue(out: number[], value: ThriftValue): void {
  switch (value.kind) {
    case 'bool':
      out.push(value.value ? TYPE_TRUE : TYPE_FALSE);
      break;
    case 'byte':
      out.push(value.value & 0xff);
      break;
    case 'int':
      writeVarint(out, value.value >= 0 ? value.value * 2 : -value.value * 2 - 1);
      break;
    case 'binary':
      writeVarint(out, value.value.length);
      for (const octet of value.value) out.push(octet);
      break;
    case 'list':
      writeList(out, value.items);
      break;
    case 'struct':
      writeStruct(out, value.fields);
      break;
  }
}

function writeList(out: number[], items: readonly ThriftValue[]): void {
  const type = items[0] === undefined ? TYPE_STRUCT : typeOf(items[0]);
  if (items.length < 15) out.push((items.length << 4) | type);
  else {
    out.push(0xf0 | type);
    writeVarint(out, items.length);
  }
  for (const item of items) writeValue(out, item);
}

function writeStruct(out: number[], fields: readonly ThriftField[]): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (value === undefined) continue;
    // Ids here are at most 15 apart, so the short form of a field's header is enough.
    out.push(((id - last) << 4) | typeOf(value));
    // A boolean field is carried by its type alone.
    if (value.kind !== 'bool') writeValue(out, value);
    last = id;
  }
  out.push(0);
}

function typeOf(value: ThriftValue): number {
  switch (value.kind) {
    case 'bool':
      return value.value ? TYPE_TRUE : TYPE_FALSE;
    case 'byte':
      return TYPE_BYTE;
    case 'int':
      return value.type;
    case 'binary':
      return TYPE_BINARY;
    case 'list':
      return TYPE_LIST;
    case 'struct':
      return TYPE_STRUCT;
  }
}

/** ULEB128 by division: the shift operators would cut values at 32 bits. */
function writeVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}
