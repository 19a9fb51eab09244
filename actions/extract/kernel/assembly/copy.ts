/**
 * Decodes `COPY … TO STDOUT (FORMAT binary)` as it comes off the wire, cut anywhere, straight into Parquet pages.
 * Sources: https://www.postgresql.org/docs/current/protocol-message-formats.html (CopyData) and
 * https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
 */
import { copyOctets, newBuffer, SLACK } from './buffer';
import { Column, newColumn } from './column';
import { BYTES, JSONB, takeField } from './fields';
import {
  AFTER_END,
  EXTENSION,
  FIELD_COUNT,
  FIELD_LENGTH,
  FLAGS,
  fail,
  JSONB_VERSION,
  MESSAGE,
  SIGNATURE,
} from './host';

const COPY_DATA: u8 = 0x64;
const MESSAGE_HEADER: u32 = 5;
/** "PGCOPY\n\xff" and "\r\n\0", then flags and the length of the extension. */
const SIGNATURE_START: u64 = 0xff0a59504f434750;
const SIGNATURE_END: u32 = 0x000a0d;
const HEADER_OCTETS: u32 = 19;

/** What comes next in the stream. */
enum Expecting {
  Header,
  Extension,
  Row,
  Length,
  /** A field that is decoded whole. */
  Value,
  /** The version octet before a jsonb. */
  Version,
  /** The rest of a field that is copied as it comes. */
  Octets,
  Nothing,
}

const input = newBuffer();
const columns = newBuffer();
/** The beginning of an item that the input cut. */
const tail = newBuffer();
let tailLength: u32 = 0;

let columnCount: u32 = 0;
let expecting: Expecting = Expecting.Header;
/** Octets of the open CopyData message that are still to come. */
let messageLeft: u32 = 0;
/** The beginning of a CopyData header that the input cut. */
const header = newBuffer();
let headerLength: u32 = 0;
let column: u32 = 0;
let fieldLength: u32 = 0;
/** Octets still to come of a field that is copied (or of the extension), and where they go. */
let octetsLeft: u32 = 0;
let octetsTo: usize = 0;
let rows: f64 = 0;
let groupOctets: u32 = 0;
let groupLimit: u32 = u32.MAX_VALUE;

export function addColumn(format: i32, physical: i32, precision: i32, scale: i32): void {
  columns.reserve((columnCount + 1) << 2, columnCount << 2);
  header.reserve(MESSAGE_HEADER, 0);
  const added = newColumn(columnCount, format, physical, precision, scale);
  store<usize>(columns.at + (columnCount << 2), changetype<usize>(added));
  columnCount++;
}

/** Where to write up to `octets` of input. */
export function inputBuffer(octets: u32): usize {
  input.reserve(octets + SLACK, 0);
  return input.at;
}

/** Octets of COPY after which `feed` stops between two rows. */
export function limitGroup(octets: u32): void {
  groupLimit = octets;
}

/** Rows decoded so far. */
export function rowCount(): f64 {
  return rows;
}

/** Octets of COPY since the last `finishGroup`. */
export function groupSize(): u32 {
  return groupOctets;
}

export function isGroupFull(): bool {
  return groupOctets >= groupLimit && expecting == Expecting.Row;
}

/** Whether the trailer has been read. */
export function isEnded(): bool {
  return expecting == Expecting.Nothing;
}

export function specialsOf(index: u32): u32 {
  return columnAt(index).specials;
}

/** Gives the open pages and the dictionaries of every column. */
export function finishGroup(): void {
  for (let index: u32 = 0; index < columnCount; index++) columnAt(index).finishChunk();
  groupOctets = 0;
}

/**
 * Takes the wire's octets `[from, end)` of the input. Returns where it stopped: at `end`, at a message that is not
 * CopyData, or between two rows once the group is full.
 */
export function feed(from: u32, end: u32): u32 {
  let at = input.at + from;
  const stop = input.at + end;
  for (;;) {
    if (messageLeft == 0) {
      if (isGroupFull() || at == stop) break;
      if (headerLength == 0) {
        if (load<u8>(at) != COPY_DATA) break;
        if (stop - at >= MESSAGE_HEADER) {
          openMessage(at);
          at += MESSAGE_HEADER;
          continue;
        }
      }
      const octets = min<u32>(MESSAGE_HEADER - headerLength, <u32>(stop - at));
      memory.copy(header.at + headerLength, at, octets);
      headerLength += octets;
      at += octets;
      if (headerLength < MESSAGE_HEADER) break;
      headerLength = 0;
      openMessage(header.at);
    } else {
      const octets = min<u32>(messageLeft, <u32>(stop - at));
      if (octets == 0) break;
      takePayload(at, at + octets);
      messageLeft -= octets;
      groupOctets += octets;
      at += octets;
    }
  }
  return <u32>(at - input.at);
}

@inline
function openMessage(at: usize): void {
  const length = bswap(load<u32>(at, 1));
  if (length < 4) fail(MESSAGE, length, 0);
  messageLeft = length - 4;
}

@inline
function columnAt(index: u32): Column {
  return changetype<Column>(load<usize>(columns.at + (index << 2)));
}

function takePayload(from: usize, end: usize): void {
  let at = from;
  while (at < end) {
    if (expecting == Expecting.Octets || expecting == Expecting.Extension) {
      at = takeOctets(at, end);
      continue;
    }
    const needed = neededOctets();
    let item = at;
    if (tailLength > 0 || end - at < needed) {
      const octets = min<u32>(needed - tailLength, <u32>(end - at));
      tail.reserve(needed, tailLength);
      memory.copy(tail.at + tailLength, at, octets);
      tailLength += octets;
      at += octets;
      if (tailLength < needed) return;
      tailLength = 0;
      item = tail.at;
    } else {
      at += needed;
    }
    at = takeItem(item, at, end);
  }
}

function neededOctets(): u32 {
  switch (expecting) {
    case Expecting.Header:
      return HEADER_OCTETS;
    case Expecting.Row:
      return 2;
    case Expecting.Length:
      return 4;
    case Expecting.Value:
      return fieldLength;
    default:
      return 1;
  }
}

/** Takes the expected item at `item`, then as many whole fields of `[at, end)` as there are. Returns where it stopped. */
function takeItem(item: usize, at: usize, end: usize): usize {
  switch (expecting) {
    case Expecting.Header:
      takeHeader(item);
      return at;
    case Expecting.Row: {
      const fields = <u32>bswap(load<u16>(item));
      if (fields == 0xffff) {
        expecting = Expecting.Nothing;
        return at;
      }
      if (fields != columnCount) fail(FIELD_COUNT, fields, columnCount);
      column = 0;
      return takeFields(at, end);
    }
    case Expecting.Length: {
      const next = startField(bswap(load<i32>(item)), at, end);
      return expecting == Expecting.Length ? takeFields(next, end) : next;
    }
    case Expecting.Value:
      takeField(columnAt(column), item, fieldLength);
      column++;
      return takeFields(at, end);
    case Expecting.Version: {
      checkVersion(item);
      const next = startOctets(fieldLength - 1, at, end);
      return expecting == Expecting.Length ? takeFields(next, end) : next;
    }
    default:
      fail(AFTER_END, 0, 0);
      return end;
  }
}

/** Takes fields from `column` on, up to the row's end or to one that `[at, end)` cuts. */
function takeFields(from: usize, end: usize): usize {
  let at = from;
  expecting = Expecting.Length;
  while (column < columnCount) {
    if (end - at < 4) return at;
    at = startField(bswap(load<i32>(at)), at + 4, end);
    if (expecting != Expecting.Length) return at;
  }
  rows++;
  expecting = Expecting.Row;
  return at;
}

/** Takes a field whose octets start at `at`; leaves `expecting` at Length when it is done with it. */
@inline
function startField(length: i32, at: usize, end: usize): usize {
  const target = columnAt(column);
  expecting = Expecting.Length;
  if (length < 0) {
    if (length != -1) fail(FIELD_LENGTH, length, column);
    target.appendNull();
    column++;
    return at;
  }
  fieldLength = length;
  if (target.format == BYTES) return startOctets(length, at, end);
  if (target.format == JSONB) {
    if (length == 0) fail(JSONB_VERSION, -1, 0);
    if (at == end) {
      expecting = Expecting.Version;
      return at;
    }
    checkVersion(at);
    return startOctets(length - 1, at + 1, end);
  }
  if (<u32>(end - at) < <u32>length) {
    expecting = Expecting.Value;
    return at;
  }
  takeField(target, at, length);
  column++;
  return at + length;
}

@inline
function checkVersion(at: usize): void {
  if (load<u8>(at) != 1) fail(JSONB_VERSION, load<u8>(at), 0);
}

/** Copies a field of `length` octets, as far as they are there. */
@inline
function startOctets(length: u32, at: usize, end: usize): usize {
  const target = columnAt(column);
  const to = target.openBytes(length);
  fieldLength = length;
  if (end - at >= length) {
    copyOctets(to, at, length);
    target.commit(4 + length);
    column++;
    expecting = Expecting.Length;
    return at + length;
  }
  octetsTo = to;
  octetsLeft = length;
  expecting = Expecting.Octets;
  return at;
}

function takeOctets(at: usize, end: usize): usize {
  const octets = min<u32>(octetsLeft, <u32>(end - at));
  octetsLeft -= octets;
  if (expecting == Expecting.Extension) {
    if (octetsLeft == 0) expecting = Expecting.Row;
    return at + octets;
  }
  memory.copy(octetsTo, at, octets);
  octetsTo += octets;
  if (octetsLeft > 0) return end;
  columnAt(column).commit(4 + fieldLength);
  column++;
  return takeFields(at + octets, end);
}

function takeHeader(at: usize): void {
  if (load<u64>(at) != SIGNATURE_START || (load<u32>(at, 8) & 0xffffff) != SIGNATURE_END) fail(SIGNATURE, 0, 0);
  const flags = bswap(load<u32>(at, 11));
  // Bits 16-31 are critical; the one defined, "has OIDs", is from before PostgreSQL 12.
  if (flags >>> 16 != 0) fail(FLAGS, flags, 0);
  const extension = bswap(load<i32>(at, 15));
  if (extension < 0) fail(EXTENSION, extension, 0);
  octetsLeft = extension;
  expecting = extension > 0 ? Expecting.Extension : Expecting.Row;
}
