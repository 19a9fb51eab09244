import type { FunctionCall, StageReference } from '../../../../shared/sql/ast.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { type AnyNode, walk } from '../../../../shared/sql/walk.ts';
import type { RelationSource } from '../../bind/bound.ts';
import { abortError, recordError, stageTable } from '../copy/load-error.ts';
import { columns, instant, integer, rowsRelation, text, variant } from '../dml/rows-relation.ts';
import { scanFiles } from '../files/file-scan.ts';
import { property, requireKnown, stringProperty } from '../objects/properties.ts';
import type { Run, Session } from '../session.ts';
import { type EffectiveFormat, effectiveFormat, readFileFormat } from './file-format.ts';
import { inferSchema } from './infer-schema.ts';
import { listFiles, matchPattern, type StagedFile } from './stage-files.ts';
import { resolveLocation } from './stage-location.ts';

/** A table stage and a named one read up to this many positions. */
const MAX_POSITION = 4096;

/**
 * Fetches the staged files that a statement selects from and returns what to read them from, by their place in the
 * tree. A bad record fails the statement. `node` is a query or a statement with queries in it.
 */
export async function prepareStages(
  node: AnyNode,
  session: Session,
  run: Run,
): Promise<Map<AnyNode, RelationSource>> {
  const prepared = new Map<AnyNode, RelationSource>();
  for (const call of inferences(node)) prepared.set(call, await inferSchema(call, session, run));
  for (const reference of stageReferences(node)) {
    const { format, files } = await referencedFiles(reference, session);
    prepared.set(reference, await scanReferenced(node, files, format, session, run));
  }
  return prepared;
}

/** Every TABLE(INFER_SCHEMA(…)) below the node. */
function inferences(node: AnyNode): FunctionCall[] {
  const found: FunctionCall[] = [];
  walk(node, (one) => {
    if (one.kind !== 'tableFunction') return undefined;
    const { call } = one as AnyNode & { call: FunctionCall };
    if (call.name.at(-1)?.name === 'INFER_SCHEMA') found.push(call);
    return undefined;
  });
  return found;
}

/** Every `@stage` in a FROM below the node. */
export function stageReferences(node: AnyNode): StageReference[] {
  const found: StageReference[] = [];
  walk(node, (one) => {
    if (one.kind === 'stage' && 'location' in one && 'options' in one && 'alias' in one)
      found.push(one as unknown as StageReference);
    return undefined;
  });
  return found;
}

/** The highest `$n` (0: none) and whether METADATA$FILE_ROW_NUMBER stands anywhere below the node. */
export function stageColumnsUsed(node: AnyNode): { fields: number; withRow: boolean } {
  let fields = 0;
  let withRow = false;
  walk(node, (one) => {
    if (one.kind === 'positional') fields = Math.max(fields, (one as AnyNode & { index: number }).index);
    if (one.kind === 'column') {
      const { parts } = one as AnyNode & { parts: { name: string }[] };
      if (parts.at(-1)?.name === 'METADATA$FILE_ROW_NUMBER') withRow = true;
    }
    return undefined;
  });
  return { fields, withRow };
}

async function referencedFiles(
  reference: StageReference,
  session: Session,
): Promise<{ format: EffectiveFormat; files: StagedFile[] }> {
  requireKnown(reference.options, ['FILE_FORMAT', 'PATTERN'], 'STAGE');
  const location = resolveLocation(reference.location, session);
  const given = property(reference.options, 'FILE_FORMAT');
  const format = effectiveFormat(
    given === undefined ? location.fileFormat : readFileFormat(given, session),
    session,
  );
  const pattern = stringProperty(reference.options, 'PATTERN') ?? null;
  const files = matchPattern(await listFiles(session.engine, location), pattern);
  return { format, files };
}

async function scanReferenced(
  node: AnyNode,
  files: StagedFile[],
  format: EffectiveFormat,
  session: Session,
  run: Run,
): Promise<RelationSource> {
  const { fields, withRow } = stageColumnsUsed(node);
  const width = format.type === 'CSV' ? Math.max(fields, 1) : 1;
  if (width > MAX_POSITION) {
    throw compilationError('002028', '42601', `column '$${width}' does not exist`);
  }
  if (files.length === 0) return emptyRelation(width, format);
  const scan = await scanFiles(session.engine, files, format, {
    fields: width,
    expected: null,
    withRow,
    exact: true,
    startedAt: run.startedAt,
  });
  scan.texts.forEach(({ records }, index) => {
    if (records === null || records.firstError === null) return;
    const { row, error } = records.firstError;
    throw abortError(recordError(error, row, stageTable(width), format), files[index]!);
  });
  return scan.relation;
}

function emptyRelation(width: number, format: EffectiveFormat): RelationSource {
  const type = format.type === 'CSV' ? text : variant;
  const header = columns({
    ...Object.fromEntries(Array.from({ length: width }, (_, index) => [`$${index + 1}`, type])),
    METADATA$FILENAME: text,
    METADATA$FILE_ROW_NUMBER: integer,
    METADATA$FILE_CONTENT_KEY: text,
    METADATA$FILE_LAST_MODIFIED: instant,
    METADATA$START_SCAN_TIME: instant,
  });
  const relation = rowsRelation(header, []);
  if (relation.kind !== 'relation') return relation;
  return {
    ...relation,
    columns: relation.columns.map((column) => ({ ...column, hidden: !column.name.startsWith('$') })),
  };
}
