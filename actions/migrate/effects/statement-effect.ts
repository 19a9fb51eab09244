import type { AlterTable, Drop, ObjectName, Statement } from '../../shared/sql/ast.ts';
import { parseStatement } from '../../shared/sql/parse.ts';
import { SnowflakeError } from '../../shared/sql/snowflake-error.ts';
import { walk } from '../../shared/sql/walk.ts';

export type EffectKind = 'create' | 'alter' | 'replace' | 'drop' | 'grant' | 'data' | 'session' | 'other';

export interface AffectedObject {
  /** As SHOW says it: TABLE, FILE FORMAT, … */
  type: string;
  /** One to three parts, folded unless quoted. */
  name: string[];
}

/** What a statement means for the objects of a database, by its text alone. */
export interface StatementEffect {
  kind: EffectKind;
  objects: AffectedObject[];
  /** What it loses that no migration brings back, a phrase each; empty for nothing. */
  destroys: string[];
}

/** The tree of a statement; null for what our own grammar does not know. */
export function treeOf(text: string): Statement | null {
  try {
    return parseStatement(text);
  } catch (error) {
    if (error instanceof SnowflakeError) return null;
    throw error;
  }
}

/**
 * Classifies a statement. One that has no tree is told by its first words, and names no objects. What a block or a
 * chain does counts as a whole; what a task, a procedure or a function will do when it is called does not count.
 */
export function effectOf(tree: Statement | null, text: string): StatementEffect {
  if (tree === null) return effectOfWords(text);
  if (tree.kind !== 'block' && tree.kind !== 'chain') return effectOfTree(tree);
  const whole: StatementEffect = { kind: 'other', objects: [], destroys: [] };
  walk(tree, (node) => {
    if (node === tree || !('kind' in node)) return true;
    const { kind, objects, destroys } = effectOfTree(node as Statement);
    if (kind !== 'other') {
      whole.objects.push(...objects);
      whole.destroys.push(...destroys);
    }
    return kind === 'other';
  });
  return whole;
}

function effectOfTree(tree: Statement): StatementEffect {
  switch (tree.kind) {
    case 'createTable':
    case 'createExternalTable':
    case 'createView':
    case 'createDynamicClone':
    case 'createContainer':
    case 'createObject':
    case 'createStream':
    case 'createTask':
    case 'createPipe':
    case 'createRoutine':
      return effectOfCreate(tree);
    case 'drop':
      return {
        kind: 'drop',
        objects: objects(tree.type, tree.name),
        destroys: [`drops the ${lower(tree.type)} ${written(tree.name)}${ofDropped(tree.type)}`],
      };
    case 'alterTable':
      return { kind: 'alter', objects: objects('TABLE', tree.name), destroys: destroysOfAlter(tree) };
    case 'alterTask':
      return effect('alter', objects('TASK', tree.name));
    case 'alterPipe':
      return effect('alter', objects('PIPE', tree.name));
    case 'alterObject':
      return effect('alter', objects(tree.type, tree.name));
    case 'comment':
      return effect('alter', tree.type === 'COLUMN' ? [] : objects(tree.type, tree.name));
    case 'undrop':
      return effect('create', objects(tree.type, tree.name));
    case 'grant':
      return effect('grant', tree.on === null ? [] : objects(tree.on.type, tree.on.name));
    case 'insert':
      return {
        kind: 'data',
        objects: objects('TABLE', tree.target),
        destroys: tree.overwrite ? [`overwrites every row of ${written(tree.target)}`] : [],
      };
    case 'update':
    case 'merge':
    case 'copyIntoTable':
      return effect('data', objects('TABLE', tree.target));
    case 'delete': {
      const destroys =
        tree.where === null && tree.using === null ? [`deletes every row of ${written(tree.target)}`] : [];
      return { kind: 'data', objects: objects('TABLE', tree.target), destroys };
    }
    case 'truncate':
      return {
        kind: 'data',
        objects: objects('TABLE', tree.target),
        destroys: [`truncates ${written(tree.target)}`],
      };
    case 'multiInsert':
      return effect(
        'data',
        tree.branches.flatMap(({ into }) => into.flatMap(({ target }) => objects('TABLE', target))),
      );
    case 'use':
    case 'set':
    case 'unset':
    case 'alterSession':
    case 'transaction':
      return effect('session', []);
    default:
      return effect('other', []);
  }
}

type Create = Extract<Statement, { kind: `create${string}` }>;

/** Whose replacement loses what no migration brings back, and what that is. */
const LOST: Record<string, string> = {
  TABLE: 'its rows are lost',
  DATABASE: 'all that is in it is lost',
  SCHEMA: 'all that is in it is lost',
  STREAM: 'the changes that nobody has consumed are lost',
  STAGE: 'its files are lost',
  SEQUENCE: 'its numbers begin again',
};

function effectOfCreate(tree: Create): StatementEffect {
  const type = typeOfCreate(tree);
  const found = objects(type, tree.name);
  if (!tree.orReplace) return effect(tree.orAlter ? 'alter' : 'create', found);
  const lost = LOST[type];
  const isTemporary =
    ('temporary' in tree && tree.temporary) || ('lifetime' in tree && tree.lifetime === 'TEMPORARY');
  const isExternal =
    'properties' in tree && type === 'STAGE' && tree.properties.some(({ name }) => name === 'URL');
  if (lost === undefined || isTemporary || isExternal) return effect('replace', found);
  return {
    kind: 'replace',
    objects: found,
    destroys: [`replaces the ${lower(type)} ${written(tree.name)}: ${lost}`],
  };
}

function typeOfCreate(tree: Create): string {
  switch (tree.kind) {
    case 'createTable':
      return 'TABLE';
    case 'createView':
      return tree.dynamicTable ? 'DYNAMIC TABLE' : tree.materialized ? 'MATERIALIZED VIEW' : 'VIEW';
    case 'createExternalTable':
      return 'EXTERNAL TABLE';
    case 'createDynamicClone':
      return 'DYNAMIC TABLE';
    case 'createStream':
      return 'STREAM';
    case 'createTask':
      return 'TASK';
    case 'createPipe':
      return 'PIPE';
    default:
      return tree.type;
  }
}

function destroysOfAlter({ action, name }: AlterTable): string[] {
  if (action.kind !== 'dropColumns') return [];
  return action.columns.map((column) => `drops the column ${column.name} of ${written(name)}`);
}

function ofDropped(type: Drop['type']): string {
  const lost = LOST[type];
  return lost === undefined || type === 'SEQUENCE' ? '' : `: ${lost}`;
}

const WORDS: [RegExp, EffectKind, string?][] = [
  [
    /^CREATE\s+OR\s+REPLACE\s+(?:TRANSIENT\s+)?(?:HYBRID\s+|ICEBERG\s+)?(?:TABLE|SCHEMA|DATABASE|STREAM)\b/i,
    'replace',
    'replaces an object that holds data',
  ],
  [/^CREATE\s+OR\s+REPLACE\b/i, 'replace'],
  [/^(?:CREATE|UNDROP)\b/i, 'create'],
  [/^DROP\b/i, 'drop', 'drops an object'],
  [/^ALTER\s+SESSION\b/i, 'session'],
  [/^ALTER\b[^;]*\bDROP\s+COLUMN\b/i, 'alter', 'drops a column'],
  [/^(?:ALTER|COMMENT)\b/i, 'alter'],
  [/^(?:GRANT|REVOKE)\b/i, 'grant'],
  [/^TRUNCATE\b/i, 'data', 'truncates a table'],
  [/^DELETE\b(?![\s\S]*\bWHERE\b)/i, 'data', 'deletes every row of a table'],
  [/^(?:INSERT|UPDATE|DELETE|MERGE|COPY)\b/i, 'data'],
  [/^(?:USE|SET|UNSET|COMMIT|ROLLBACK)\b/i, 'session'],
];

function effectOfWords(text: string): StatementEffect {
  for (const [pattern, kind, destroys] of WORDS) {
    if (pattern.test(text)) return { kind, objects: [], destroys: destroys === undefined ? [] : [destroys] };
  }
  return effect('other', []);
}

function effect(kind: EffectKind, found: AffectedObject[]): StatementEffect {
  return { kind, objects: found, destroys: [] };
}

/** None for IDENTIFIER(…), which is known at run time only. */
function objects(type: string, name: ObjectName | null): AffectedObject[] {
  return name?.kind === 'name' ? [{ type, name: name.parts.map((part) => part.name) }] : [];
}

function written(name: ObjectName): string {
  return name.kind === 'name' ? name.parts.map((part) => part.name).join('.') : 'that is named at run time';
}

function lower(type: string): string {
  return type.toLowerCase();
}
