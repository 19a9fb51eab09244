import { type Token, tokenize } from '../../shared/sql/lexer.ts';

/**
 * SQL as it is compared line by line: unquoted words in upper case, quotes only around names that need them, no
 * indentation, no space at the ends of lines, no empty lines. Comments and strings stay as they are.
 */
export function normaliseLines(sql: string): string {
  const text = pieces(sql)
    .map(({ gap, token }, at, all) => space(gap, all[at - 1]?.token ?? '', token) + token)
    .join('');
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** What is left when layout and comments do not count: two texts with the same are one definition. */
export function normaliseTokens(sql: string): string {
  return pieces(sql)
    .map(({ token }) => token)
    .join(' ');
}

/** What stands between two tokens: around `=` and within parentheses no space, one after a comma. */
function space(gap: string, before: string, after: string): string {
  if (gap.trim() !== '' || gap.includes('\n')) return gap.replace(/[^\S\n]+/g, ' ');
  if (before === ',') return ' ';
  return /^[=(]$/.test(before) || /^[=(),]$/.test(after) ? '' : gap.replace(/\s+/g, ' ');
}

/** Each token as it is compared, with what stands before it. A semicolon at the end is none. */
function pieces(sql: string): { gap: string; token: string }[] {
  let last = 0;
  const found = tokenize(sql).map((token) => {
    const gap = sql.slice(last, token.start.offset);
    last = token.end;
    return { gap, token: written(sql, token) };
  });
  while (found.at(-1)?.token === '' || found.at(-1)?.token === ';') found.pop();
  return found;
}

function written(sql: string, { kind, value, start, end }: Token): string {
  if (kind === 'word') return value;
  if (kind === 'quoted' && /^[A-Z_][A-Z0-9_$]*$/.test(value)) return value;
  return sql.slice(start.offset, end);
}
