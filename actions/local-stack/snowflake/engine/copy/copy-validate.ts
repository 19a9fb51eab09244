import { createBindContext } from '../bind-context.ts';
import { encodeColumn, encodeRows } from '../encode.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import { CarefulLoad } from './copy-careful.ts';
import { copyColumns } from './copy-columns.ts';
import { errorColumns, errorRow } from './copy-jobs.ts';
import { fileNames, type LoadContext, scanForCopy } from './copy-load.ts';
import type { CopyPlan } from './copy-plan.ts';
import { abortError } from './load-error.ts';

/** COPY with VALIDATION_MODE: rows or errors as a load would have them; nothing is loaded. */
export async function validateFiles(
  plan: CopyPlan,
  files: StagedFile[],
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const { validation } = plan.options;
  return session.transact(async (transaction) => {
    const bind = createBindContext(session, run, { transaction });
    const context: LoadContext = { plan, session, run, transaction, bind, pipe: false };
    return validation?.kind === 'rows'
      ? firstRows(context, files, validation.count)
      : allErrors(context, files);
  });
}

/** Fails on the first bad record within the rows asked for. */
async function firstRows(context: LoadContext, files: StagedFile[], count: number): Promise<StatementResult> {
  const { plan, transaction, bind, run } = context;
  const rows: (string | null)[][] = [];
  for (const file of files) {
    if (rows.length >= count) break;
    const [first] = (await new CarefulLoad(context).errors(file)).slice(0, 1);
    if (first !== undefined && first.row <= count - rows.length) throw abortError(first, file);
    const scan = await scanForCopy(context, [file], true);
    const values = copyColumns(plan, scan, await fileNames(context, file), bind, run);
    const select = values.columns.map(({ bound, target }) => encodeColumn(bound.sql, target.type));
    const found = await transaction.query(
      `SELECT ${select.join(', ')} FROM ${values.from} WHERE r_row <= ${count - rows.length}`,
    );
    const targets = values.columns.map(({ target }) => target);
    rows.push(...encodeRows(found, targets));
  }
  return {
    columns: plan.targets.map(({ name, type, nullable }) => ({ name, type, nullable })),
    rows,
    type: 'SELECT',
    rowsAffected: 0,
  };
}

async function allErrors(context: LoadContext, files: StagedFile[]): Promise<StatementResult> {
  const rows: (string | null)[][] = [];
  for (const file of files) {
    for (const error of await new CarefulLoad(context).errors(file)) {
      rows.push(errorRow(error, file.name));
    }
  }
  return { columns: errorColumns, rows, type: 'SELECT', rowsAffected: 0 };
}
