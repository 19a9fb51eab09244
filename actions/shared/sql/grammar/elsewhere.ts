import type { Elsewhere } from '../ast.ts';
import type { Reader } from './reader.ts';

/** Kinds of objects that Snowflake has and the tree has no types for. */
const kinds = [
  'AGENT',
  'AGGREGATE FUNCTION',
  'AGGREGATION POLICY',
  'APPLICATION',
  'APPLICATION PACKAGE',
  'APPLICATION ROLE',
  'BACKUP POLICY',
  'BACKUP SET',
  'COMPUTE POOL',
  'CONNECTION',
  'CONTACT',
  'CORTEX SEARCH SERVICE',
  'DATA METRIC FUNCTION',
  'DATASET',
  'DBT PROJECT',
  'DCM PROJECT',
  'DYNAMIC ICEBERG TABLE',
  'EVENT TABLE',
  'EXTERNAL FUNCTION',
  'EXTERNAL VOLUME',
  'FAILOVER GROUP',
  'FEATURE POLICY',
  'GIT REPOSITORY',
  'HYBRID TABLE',
  'ICEBERG TABLE',
  'IMAGE REPOSITORY',
  'INTERACTIVE MATERIALIZED VIEW',
  'INTERACTIVE TABLE',
  'JOIN POLICY',
  'LISTING',
  'MANAGED ACCOUNT',
  'MCP SERVER',
  'MODEL',
  'MODEL MONITOR',
  'NOTEBOOK',
  'NOTEBOOK PROJECT',
  'ONLINE FEATURE TABLE',
  'ORGANIZATION ACCOUNT',
  'ORGANIZATION PROFILE',
  'PACKAGES POLICY',
  'PRIVACY POLICY',
  'PROJECTION POLICY',
  'READ ONLY CORTEX SEARCH SERVICE',
  'READ ONLY DBT PROJECT',
  'READ ONLY TABLE',
  'REPLICATION GROUP',
  'SEMANTIC VIEW',
  'SERVICE',
  'SHARE',
  'SNAPSHOT',
  'SNAPSHOT POLICY',
  'SNAPSHOT SET',
  'STORAGE LIFECYCLE POLICY',
  'STREAMLIT',
  'TYPE',
  'WORKSPACE',
].map((kind) => kind.split(' '));

/** Statements of one form that Snowflake has and the tree has no types for. */
const whole = [['COPY', 'FILES'], ['EXECUTE', 'DBT', 'PROJECT'], ['EXECUTE', 'NOTEBOOK'], ['DEFINE']];

/** Clauses of CREATE and ALTER that the tree has no types for. */
const clauses = [
  'AGGREGATION POLICY',
  'CONTACT',
  'COPY TAGS',
  'DCM PROJECT',
  'EXECUTE AS USER',
  'EXECUTE AS RESTRICTED',
  'FROZEN WHERE',
  'IMMUTABLE WHERE',
  'JOIN POLICY',
  'PROJECTION POLICY',
  'STORAGE LIFECYCLE POLICY',
].map((clause) => clause.split(' '));
/** Words before those that could be something else. */
const introductions: Record<string, readonly string[]> = {
  CONTACT: ['WITH', 'SET', 'UNSET'],
  'JOIN POLICY': ['WITH', 'SET', 'UNSET'],
};

const verbs = new Set(['CREATE', 'ALTER', 'DROP', 'UNDROP']);
const modifiers = new Set([
  'OR',
  'REPLACE',
  'ALTER',
  'SECURE',
  'TRANSIENT',
  'TEMPORARY',
  'TEMP',
  'LOCAL',
  'GLOBAL',
  'VOLATILE',
]);

/**
 * A statement about something that no type of the tree describes: its first words, then anything with its
 * parentheses in pairs. null when another kind of statement comes next.
 */
export function parseElsewhere(r: Reader): Elsewhere | null {
  const { start } = r.token;
  const found = constructNext(r) ?? clauseNext(r);
  if (found === null) return null;
  let depth = 0;
  while (!r.atEnd && !(depth === 0 && (r.isSymbol(';') || r.isSymbol('->>')))) {
    if (r.isSymbol('(')) depth++;
    if (r.isSymbol(')') && --depth < 0) throw r.unexpected();
    r.take();
  }
  if (depth > 0) throw r.unexpected();
  return { kind: 'elsewhere', ...found, ...r.range(start) };
}

type Found = Pick<Elsewhere, 'construct' | 'place'>;

function constructNext(r: Reader): Found | null {
  const place = r.token.start;
  const statement = whole.find((words) => r.isWords(...words));
  if (statement !== undefined) return { construct: statement.join(' '), place };
  if (r.token.kind !== 'word' || !verbs.has(r.token.value)) return null;
  let ahead = 1;
  while (r.peek(ahead).kind === 'word' && modifiers.has(r.peek(ahead).value)) ahead++;
  const found = kinds.filter((words) => words.every((word, index) => isWordAt(r, ahead + index, word)));
  const longest = found.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? null : { construct: `${r.token.value} ${longest.join(' ')}`, place };
}

/** A clause of CREATE or ALTER before the AS of its query or body. */
function clauseNext(r: Reader): Found | null {
  if (!r.isWord('CREATE') && !r.isWord('ALTER')) return null;
  for (let ahead = 1; ; ahead++) {
    const { kind, value, start } = r.peek(ahead);
    const before = r.peek(ahead - 1).value;
    if (kind === 'end' || value === ';' || (kind === 'word' && value === 'AS' && before !== 'EXECUTE'))
      return null;
    if (kind !== 'word') continue;
    const clause = clauses.find((words) => words.every((word, index) => isWordAt(r, ahead + index, word)));
    const name = clause?.join(' ') ?? '';
    const isIntroduced = introductions[name]?.includes(before) ?? true;
    if (clause !== undefined && isIntroduced) return { construct: name, place: start };
  }
}

function isWordAt(r: Reader, ahead: number, word: string): boolean {
  const { kind, value } = r.peek(ahead);
  return kind === 'word' && value === word;
}
