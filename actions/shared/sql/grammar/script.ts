import type { Identifier, ScriptBlock, ScriptDeclaration, ScriptStatement } from '../ast.ts';
import type { Reader } from './reader.ts';
import { parseDeclaration } from './script-declaration.ts';
import { parseScriptStatement } from './script-statement.ts';

const transactionWords = new Set(['TRANSACTION', 'WORK', 'NAME', ';']);

/** Whether DECLARE, or a BEGIN that is not the start of a transaction, comes next. */
export function startsBlock(r: Reader): boolean {
  if (r.isWord('DECLARE')) return true;
  const next = r.peek(1);
  if (!r.isWord('BEGIN') || next.kind === 'end') return false;
  return (
    next.kind === 'quoted' || !transactionWords.has(next.value) || (next.value !== ';' && r.follows(2, ':='))
  );
}

/** `[DECLARE …] BEGIN … [EXCEPTION …] END`: https://docs.snowflake.com/en/developer-guide/snowflake-scripting/blocks */
export function parseBlock(r: Reader): ScriptBlock {
  return r.nested(() => {
    const { start } = r.token;
    const { inBlock } = r;
    r.inBlock = true;
    const declarations: ScriptDeclaration[] = [];
    if (r.skipWords('DECLARE'))
      while (!r.isWord('BEGIN')) {
        declarations.push(parseDeclaration(r));
        r.expectSymbol(';');
      }
    r.expectWords('BEGIN');
    const body = parseBody(r);
    const handlers = r.skipWords('EXCEPTION') ? parseHandlers(r) : [];
    r.expectWords('END');
    r.inBlock = inBlock;
    return { kind: 'block', declarations, body, handlers, ...r.range(start) };
  });
}

const bodyEnds = new Set(['END', 'ELSE', 'ELSEIF', 'EXCEPTION', 'UNTIL', 'WHEN']);

/** Statements, each with its semicolon, up to a word that ends them. */
export function parseBody(r: Reader): ScriptStatement[] {
  const body: ScriptStatement[] = [];
  while (
    r.token.kind !== 'end' &&
    !(r.token.kind === 'word' && bodyEnds.has(r.token.value) && !r.follows(1, ':='))
  ) {
    body.push(parseScriptStatement(r));
    r.expectSymbol(';');
  }
  return body;
}

/** https://docs.snowflake.com/en/developer-guide/snowflake-scripting/exceptions */
function parseHandlers(r: Reader): ScriptBlock['handlers'] {
  const handlers: ScriptBlock['handlers'] = [];
  while (r.skipWords('WHEN')) {
    const names: Identifier[] = [r.identifier()];
    while (r.skipWords('OR')) names.push(r.identifier());
    const continues = r.skipWords('CONTINUE');
    if (!continues) r.skipWords('EXIT');
    r.expectWords('THEN');
    handlers.push({ names, continues, body: parseBody(r) });
  }
  if (handlers.length === 0) throw r.unexpected();
  return handlers;
}
