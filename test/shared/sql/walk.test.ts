import { expect, test } from 'vitest';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { type AnyNode, walk } from '../../../actions/shared/sql/walk.ts';

const script = `begin
  insert into a select * from b where exists (select 1 from c);
  if (true) then delete from d using e; end if;
end`;

function tableNames(visit: (node: AnyNode, names: string[]) => boolean): string[] {
  const names: string[] = [];
  walk(parseStatement(script), (node) => visit(node, names));
  return names;
}

function collect(node: AnyNode, names: string[]): void {
  if (node.kind === 'table') names.push(script.slice(node.start.offset, node.end));
}

test('every node is visited, parents before children, in the order of the text', () => {
  const names = tableNames((node, found) => {
    collect(node, found);
    return true;
  });
  expect(names).toEqual(['b', 'c', 'e']);
});

test('what is below a node is left out when the visitor says so', () => {
  const names = tableNames((node, found) => {
    collect(node, found);
    return node.kind !== 'exists';
  });
  expect(names).toEqual(['b', 'e']);
});
