import type { Identifier, ScriptStatement } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';
import { parseBody } from './script.ts';

/** Branches and loops: https://docs.snowflake.com/en/developer-guide/snowflake-scripting/loops; null for other statements. */
export function parseScriptControl(r: Reader): ScriptStatement | null {
  const rule = rules[r.token.value];
  return rule === undefined ? null : r.nested(() => rule(r));
}

const rules: Record<string, (r: Reader) => ScriptStatement> = {
  IF: parseIf,
  CASE: parseScriptCase,
  FOR: parseFor,
  WHILE: parseWhile,
  REPEAT: parseRepeat,
  LOOP: parseLoop,
  BREAK: parseJump,
  EXIT: parseJump,
  CONTINUE: parseJump,
  ITERATE: parseJump,
};

function parseIf(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('IF');
  const branches = [parseBranch(r)];
  while (r.skipWords('ELSEIF')) branches.push(parseBranch(r));
  const otherwise = r.skipWords('ELSE') ? parseBody(r) : [];
  r.expectWords('END', 'IF');
  return { kind: 'if', branches, otherwise, ...r.range(start) };
}

function parseBranch(r: Reader) {
  const condition = parseExpression(r);
  r.expectWords('THEN');
  return { condition, body: parseBody(r) };
}

function parseScriptCase(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('CASE');
  const operand = r.isWord('WHEN') ? null : parseExpression(r);
  const branches = [];
  while (r.skipWords('WHEN')) {
    const when = parseExpression(r);
    r.expectWords('THEN');
    branches.push({ when, body: parseBody(r) });
  }
  if (branches.length === 0) throw r.unexpected();
  const otherwise = r.skipWords('ELSE') ? parseBody(r) : [];
  r.expectWords('END');
  r.skipWords('CASE');
  return { kind: 'scriptCase', operand, branches, otherwise, ...r.range(start) };
}

function parseFor(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('FOR');
  const variable = r.identifier();
  r.expectWords('IN');
  const reverse = r.skipWords('REVERSE');
  const from = parseExpression(r);
  if (!reverse && !r.isWord('TO')) {
    const cursor = from.kind === 'column' && from.parts.length === 1 ? from.parts[0]! : null;
    if (cursor === null) throw r.unexpectedAt(from);
    const { body, label } = parseLoopBody(r, 'FOR');
    return { kind: 'forCursor', variable, cursor, body, label, ...r.range(start) };
  }
  r.expectWords('TO');
  const to = parseExpression(r);
  const { body, label } = parseLoopBody(r, 'FOR');
  return { kind: 'forRange', variable, reverse, from, to, body, label, ...r.range(start) };
}

function parseWhile(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('WHILE');
  const condition = parseExpression(r);
  return { kind: 'while', condition, ...parseLoopBody(r, 'WHILE'), ...r.range(start) };
}

/** `DO … END FOR` or `LOOP … END LOOP`, with the label after it. */
function parseLoopBody(r: Reader, word: 'FOR' | 'WHILE') {
  const loop = r.skipWords('LOOP');
  if (!loop) r.expectWords('DO');
  const body = parseBody(r);
  r.expectWords('END', loop ? 'LOOP' : word);
  return { body, label: parseLabel(r) };
}

function parseRepeat(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('REPEAT');
  const body = parseBody(r);
  r.expectWords('UNTIL');
  r.expectSymbol('(');
  const until = parseExpression(r);
  r.expectSymbol(')');
  r.expectWords('END', 'REPEAT');
  return { kind: 'repeat', body, until, label: parseLabel(r), ...r.range(start) };
}

function parseLoop(r: Reader): ScriptStatement {
  const { start } = r.token;
  r.expectWords('LOOP');
  const body = parseBody(r);
  r.expectWords('END', 'LOOP');
  return { kind: 'loop', label: parseLabel(r), body, ...r.range(start) };
}

function parseJump(r: Reader): ScriptStatement {
  const { start, value } = r.token;
  r.take();
  const kind = value === 'BREAK' || value === 'EXIT' ? 'break' : 'continue';
  return { kind, label: parseLabel(r), ...r.range(start) };
}

function parseLabel(r: Reader): Identifier | null {
  return r.isSymbol(';') || r.token.kind === 'end' ? null : r.identifier();
}
