import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';

export const name = (...parts: string[]) => ({ kind: 'name', parts: parts.map((part) => ({ name: part })) });
export const word = (text: string) => ({ kind: 'word', parts: [{ name: text }] });

/** A statement's text and what its tree must hold. */
type Case = [text: string, facts: object];

/** One test a statement: its tree has this kind and these facts. */
export function statements(kind: string, cases: Case[]): void {
  describe(kind, () => {
    test.each(cases)('%s', (text, facts) => {
      expect(parseStatement(text)).toMatchObject({ kind, ...facts });
    });
  });
}
