import { CopyFormatError, type FieldFormat } from '../../../actions/extract/kernel/kernel.ts';
import type { ColumnWriter } from './column.ts';
import type { ColumnDecoder, FieldDecoder } from './decoder.ts';
import { decodeNumeric } from './numeric.ts';

/** Days and microseconds from 1970-01-01 to PostgreSQL's epoch, 2000-01-01. */
const EPOCH_DAYS = 10_957;
const EPOCH_MICROS_HIGH = Math.floor((EPOCH_DAYS * 86_400_000_000) / 0x1_0000_0000);
const EPOCH_MICROS_LOW = (EPOCH_DAYS * 86_400_000_000) % 0x1_0000_0000;
/** 24:00:00, which PostgreSQL's time allows and a clock does not show: 86,400,000,000 microseconds. */
const DAY_HIGH = Math.floor(86_400_000_000 / 0x1_0000_0000);
const DAY_LOW = 86_400_000_000 % 0x1_0000_0000;

/**
 * Reads the fields of one column into its writer. A value that the target cannot hold (NaN or infinity in a
 * decimal, an infinite date or timestamp, a timestamp past 64 bits of microseconds since 1970, 24:00:00) is
 * written as null and told to `onSpecial`.
 */
export function columnDecoder(
  format: FieldFormat,
  writer: ColumnWriter,
  onSpecial: () => void,
): ColumnDecoder {
  const skip = (): void => {
    onSpecial();
    writer.appendNull();
  };
  return { decode: fieldDecoder(format, writer, skip), decodeNull: () => writer.appendNull() };
}

function fieldDecoder(format: FieldFormat, writer: ColumnWriter, skip: () => void): FieldDecoder {
  switch (format.kind) {
    case 'bool':
      return sized(1, (source, at) => writer.appendBoolean(source[at] === 1));
    case 'int2':
      return sized(2, (source, at) => writer.append32(((source[at]! << 24) >> 16) | source[at + 1]!));
    case 'int4':
    case 'float4':
      return sized(4, (source, at) => writer.append32(readWord(source, at)));
    case 'int8':
    case 'float8':
      return sized(8, (source, at) => writer.append64(readWord(source, at + 4), readWord(source, at)));
    case 'bytea':
    case 'text':
      return (source, start, length) => writer.appendBytes(source, start, start + length);
    case 'jsonb':
      return jsonbDecoder(writer);
    case 'uuid':
      return sized(16, (source, at) => {
        formatUuid(source, at, writer.openBytes(36), writer.bytes);
        writer.closeBytes(36);
      });
    case 'date':
      return sized(4, (source, at) => {
        const days = readWord(source, at);
        if (days === 0x7fff_ffff || days === -0x8000_0000) skip();
        else writer.append32(days + EPOCH_DAYS);
      });
    case 'time':
      return sized(8, (source, at) => {
        const high = readWord(source, at);
        const low = readWord(source, at + 4);
        if (high === DAY_HIGH && low >>> 0 === DAY_LOW) skip();
        else writer.append64(low, high);
      });
    case 'timestamp':
      return timestampDecoder(writer, skip);
    case 'numeric':
      return numericDecoder(format.precision, format.scale, writer, skip);
  }
}

/** Checks the length that a fixed-size type must have, so that a wrong plan cannot read its neighbour's octets. */
function sized(octets: number, read: (source: Buffer, at: number) => void): FieldDecoder {
  return (source, start, length) => {
    if (length !== octets)
      throw new CopyFormatError(`a field of ${length} octets where ${octets} were expected`);
    read(source, start);
  };
}

function jsonbDecoder(writer: ColumnWriter): FieldDecoder {
  return (source, start, length) => {
    if (source[start] !== 1)
      throw new CopyFormatError(`unknown version ${source[start]} of jsonb's binary form`);
    writer.appendBytes(source, start + 1, start + length);
  };
}

function timestampDecoder(writer: ColumnWriter, skip: () => void): FieldDecoder {
  return sized(8, (source, at) => {
    const high = readWord(source, at);
    const low = readWord(source, at + 4) >>> 0;
    const isInfinite = (high === 0x7fff_ffff && low === 0xffff_ffff) || (high === -0x8000_0000 && low === 0);
    const sum = low + EPOCH_MICROS_LOW;
    const sumHigh = high + EPOCH_MICROS_HIGH + (sum > 0xffff_ffff ? 1 : 0);
    if (isInfinite || sumHigh > 0x7fff_ffff) skip();
    else writer.append64(sum | 0, sumHigh);
  });
}

function numericDecoder(
  precision: number,
  scale: number,
  writer: ColumnWriter,
  skip: () => void,
): FieldDecoder {
  const word = (value: bigint, index: number): number =>
    Number(BigInt.asIntN(32, value >> BigInt(32 * index)));
  return (source, start, length) => {
    if (length < 8 || length !== 8 + 2 * source.readInt16BE(start)) {
      throw new CopyFormatError(`a numeric of ${length} octets does not fit its number of digits`);
    }
    const value = decodeNumeric(source, start, precision, scale);
    if (value === undefined) skip();
    else if (precision <= 9) writer.append32(word(value, 0));
    else if (precision <= 18) writer.append64(word(value, 0), word(value, 1));
    else writer.appendFixed16(word(value, 3), word(value, 2), word(value, 1), word(value, 0));
  };
}

function readWord(source: Buffer, at: number): number {
  return (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
}

const HEX = Buffer.from('0123456789abcdef', 'latin1');
const DASH = 0x2d;

function formatUuid(source: Buffer, start: number, to: number, target: Buffer): void {
  let position = to;
  for (let index = 0; index < 16; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) target[position++] = DASH;
    const octet = source[start + index]!;
    target[position++] = HEX[octet >> 4]!;
    target[position++] = HEX[octet & 15]!;
  }
}
