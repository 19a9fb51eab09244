import * as core from '@actions/core';
import type { LoadReport } from './load-batch.ts';

/** Writes the job summary: a table of the loads and one of the tasks. */
export async function writeSummary(logicalDate: string, report: LoadReport): Promise<void> {
  core.summary.addHeading(`Load of ${logicalDate}`, 3);
  if (report.tables.length > 0) {
    core.summary.addTable([
      header('Table', 'Load', 'Files', 'Rows in the lake', 'Rows in bronze', 'Loaded twice', 'Seconds'),
      ...report.tables.map((table) => [
        table.target,
        `${table.source}/${table.table} ${table.loadId}`,
        String(table.files),
        String(table.rowsLake),
        String(table.rowsBronze),
        String(table.rowsRepeated),
        table.seconds.toFixed(1),
      ]),
    ]);
  }
  if (report.tasks.length > 0) {
    core.summary.addTable([
      header('Task', 'State', 'Seconds', 'Query'),
      ...report.tasks.map((task) => [task.name, task.state, task.seconds.toFixed(1), task.queryId ?? '']),
    ]);
  }
  if (report.warnings.length > 0) core.summary.addList(report.warnings);
  await core.summary.write();
}

function header(...names: string[]): { data: string; header: true }[] {
  return names.map((data) => ({ data, header: true }));
}
