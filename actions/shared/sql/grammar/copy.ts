import type { CopyIntoLocation, CopyIntoTable, ObjectName, Property, PropertyValue } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './names.ts';
import { parsePropertyList } from './properties.ts';
import { parseQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStageLocation } from './stage-location.ts';

/** COPY INTO a table or a location. */
export function parseCopy(r: Reader): CopyIntoTable | CopyIntoLocation {
  const { kind } = r.peek(2);
  if (r.follows(1, 'FILES')) throw notSupportedHere('COPY FILES', r.token.start);
  const isVariable = r.inBlock && r.follows(2, ':');
  return kind === 'stage' || kind === 'string' || isVariable ? parseUnload(r) : parseLoad(r);
}

/** https://docs.snowflake.com/en/sql-reference/sql/copy-into-table */
export function parseLoad(r: Reader): CopyIntoTable {
  const { start } = r.token;
  r.expectWords('COPY', 'INTO');
  const target = parseObjectName(r);
  const columns = r.isSymbol('(') ? r.parenthesized(() => r.identifier()) : [];
  const before = parsePropertyList(r);
  const source = r.skipWords('FROM') ? parseSource(r) : tableStage(target);
  const all = [...before, ...parsePropertyList(r)];
  const files = all
    .filter((property) => property.name === 'FILES')
    .flatMap((files) => strings(r, files.value));
  const patterns = all.filter((property) => property.name === 'PATTERN');
  const pattern = patterns.length === 0 ? null : oneString(r, patterns[0]!.value);
  const options = all.filter((property) => property.name !== 'FILES' && property.name !== 'PATTERN');
  return { kind: 'copyIntoTable', target, columns, source, files, pattern, options, ...r.range(start) };
}

/** Without FROM the files come from the table's own stage. */
function tableStage(target: ObjectName): CopyIntoTable['source'] {
  const { start, end } = target;
  if (target.kind !== 'name') throw notSupportedHere('COPY INTO IDENTIFIER(…) without FROM', start);
  return { kind: 'tableStage', table: target.parts, path: '', start, end };
}

function parseSource(r: Reader): CopyIntoTable['source'] {
  if (!r.isSymbol('(')) return parseStageLocation(r);
  r.expectSymbol('(');
  const query = parseQuery(r);
  r.expectSymbol(')');
  return query;
}

function strings(r: Reader, value: PropertyValue): string[] {
  return value.kind === 'list' ? value.items.map((item) => oneString(r, item)) : [oneString(r, value)];
}

function oneString(r: Reader, value: PropertyValue): string {
  if (value.kind === 'variable')
    throw notSupportedHere('a file name or pattern from a variable', value.start);
  if (value.kind !== 'string') throw r.unexpectedAt(value);
  return value.value;
}

/** https://docs.snowflake.com/en/sql-reference/sql/copy-into-location */
function parseUnload(r: Reader): CopyIntoLocation {
  const { start } = r.token;
  r.expectWords('COPY', 'INTO');
  const location = parseStageLocation(r);
  r.expectWords('FROM');
  let source: CopyIntoLocation['source'];
  if (r.isSymbol('(')) {
    r.take();
    source = parseQuery(r);
    r.expectSymbol(')');
  } else source = parseObjectName(r);
  let partitionBy: CopyIntoLocation['partitionBy'] = null;
  const options: Property[] = [];
  for (;;) {
    if (partitionBy === null && r.skipWords('PARTITION', 'BY')) partitionBy = parseExpression(r);
    const more = parsePropertyList(r);
    options.push(...more);
    if (more.length === 0 && !r.isWords('PARTITION', 'BY')) break;
  }
  return { kind: 'copyIntoLocation', location, source, partitionBy, options, ...r.range(start) };
}
