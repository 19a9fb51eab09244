import type { CreateObject } from '../sql/ast.ts';
import { createFileFormat } from './file-format.ts';
import { createRecordedObject } from './recorded-object.ts';
import type { StatementResult } from './result.ts';
import { createSequence } from './sequence.ts';
import type { Run, Session } from './session.ts';
import { createStage } from './stage.ts';

/** CREATE of objects that are a name and properties: stages, file formats, sequences; others are only recorded. */
export async function createObject(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  switch (statement.type) {
    case 'STAGE':
      return createStage(statement, session, run);
    case 'FILE FORMAT':
      return createFileFormat(statement, session, run);
    case 'SEQUENCE':
      return createSequence(statement, session, run);
    default:
      return createRecordedObject(statement, session, run);
  }
}
