import type { CreateObject } from '../../../../shared/sql/ast.ts';
import { createPolicy } from '../policies/policy.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { createFileFormat } from '../stages/file-format.ts';
import { createStage } from '../stages/stage.ts';
import { createSequence } from '../tables/sequence.ts';
import { createRecordedObject } from './recorded-object.ts';

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
    case 'MASKING POLICY':
    case 'ROW ACCESS POLICY':
      return createPolicy(statement, session, run);
    default:
      return createRecordedObject(statement, session, run);
  }
}
