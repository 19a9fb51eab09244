import type { Node } from '../position.ts';
import type { Expression, Identifier, TypeName } from './expression.ts';
import type { Query } from './query.ts';
import type { Statement } from './statement.ts';

/** `[DECLARE …] BEGIN … [EXCEPTION …] END` */
export interface ScriptBlock extends Node {
  kind: 'block';
  declarations: ScriptDeclaration[];
  body: ScriptStatement[];
  /** `names`: OTHER, STATEMENT_ERROR, EXPRESSION_ERROR or declared exceptions. CONTINUE goes on after the statement that failed. */
  handlers: { names: Identifier[]; continues: boolean; body: ScriptStatement[] }[];
}
export type ScriptDeclaration = Node & { name: Identifier } & (
    | { kind: 'variable'; type: TypeName | null; default: Expression | null }
    | { kind: 'cursor'; query: Query | Identifier }
    /** `async`: ASYNC (statement) */
    | { kind: 'resultset'; query: Statement | null; async: boolean }
    | { kind: 'exception'; number: number | null; message: string | null }
  );
export type ScriptStatement =
  | Statement
  | (Node & { kind: 'let'; declaration: ScriptDeclaration })
  | (Node & { kind: 'assign'; name: Identifier; value: Expression | Statement; async: boolean })
  | (Node & {
      kind: 'if';
      branches: { condition: Expression; body: ScriptStatement[] }[];
      otherwise: ScriptStatement[];
    })
  | (Node & {
      kind: 'scriptCase';
      operand: Expression | null;
      branches: { when: Expression; body: ScriptStatement[] }[];
      otherwise: ScriptStatement[];
    })
  | (Node & {
      kind: 'forRange';
      variable: Identifier;
      reverse: boolean;
      from: Expression;
      to: Expression;
      body: ScriptStatement[];
      label: Identifier | null;
    })
  | (Node & {
      kind: 'forCursor';
      variable: Identifier;
      cursor: Identifier;
      body: ScriptStatement[];
      label: Identifier | null;
    })
  | (Node & { kind: 'while'; condition: Expression; body: ScriptStatement[]; label: Identifier | null })
  | (Node & { kind: 'repeat'; body: ScriptStatement[]; until: Expression; label: Identifier | null })
  | (Node & { kind: 'loop'; label: Identifier | null; body: ScriptStatement[] })
  | (Node & { kind: 'break' | 'continue'; label: Identifier | null })
  | (Node & { kind: 'return'; value: Expression | { table: Identifier; fromCursor: boolean } | null })
  | (Node & { kind: 'raise'; name: Identifier | null })
  | (Node & { kind: 'open' | 'close'; cursor: Identifier; using: Expression[] })
  | (Node & { kind: 'fetch'; cursor: Identifier; into: Identifier[] })
  | (Node & { kind: 'selectInto'; query: Query; into: Identifier[] })
  | (Node & { kind: 'null' })
  | (Node & { kind: 'async'; statement: Statement })
  /** null: ALL */
  | (Node & { kind: 'await'; resultset: Identifier | null })
  | (Node & { kind: 'cancel'; resultset: Identifier });
