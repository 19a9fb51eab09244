import type { AlterTask } from '../ast.ts';
import { parseSet, parseUnset } from './alter-set.ts';
import { parseTaskBody } from './create-task.ts';
import { parseExpression } from './expression.ts';
import { parseIfExists, parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/alter-task */
export function parseAlterTask(r: Reader, start: AlterTask['start']): AlterTask {
  const ifExists = parseIfExists(r);
  const name = parseObjectName(r);
  return { kind: 'alterTask', ifExists, name, action: parseAction(r), ...r.range(start) };
}

function parseAction(r: Reader): AlterTask['action'] {
  if (r.skipWords('RESUME')) return { kind: 'resume' };
  if (r.skipWords('SUSPEND')) return { kind: 'suspend' };
  if (r.skipWords('ADD', 'AFTER')) return { kind: 'addAfter', tasks: r.list(() => parseObjectName(r)) };
  if (r.skipWords('REMOVE', 'AFTER')) return { kind: 'removeAfter', tasks: r.list(() => parseObjectName(r)) };
  if (r.skipWords('REMOVE', 'WHEN')) return { kind: 'removeWhen' };
  if (r.skipWords('MODIFY', 'AS')) return { kind: 'modifyAs', ...parseTaskBody(r) };
  if (r.skipWords('MODIFY', 'WHEN')) {
    const { start } = r.token;
    const when = parseExpression(r);
    return { kind: 'modifyWhen', when, whenText: r.slice(start) };
  }
  if (r.skipWords('UNSET')) {
    if (r.skipWords('FINALIZE')) return { kind: 'unsetFinalize' };
    return { kind: 'unset', names: parseUnset(r) };
  }
  r.expectWords('SET');
  if (r.isWord('FINALIZE') && r.follows(1, '=')) {
    r.take();
    r.take();
    return { kind: 'setFinalize', root: parseObjectName(r) };
  }
  return { kind: 'set', properties: parseSet(r) };
}
