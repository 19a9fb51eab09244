import { UserError } from '../shared/errors.ts';

/** What is wrong with a file; nothing runs while there is any. Line and column count from 1. */
export interface Problem {
  file: string;
  line: number;
  column?: number;
  message: string;
  remedy: string;
}

/** Everything that is wrong with the migrations, found before any statement ran. */
export class ProblemsError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly [Problem, ...Problem[]]) {
    const [{ file, line, column, remedy }] = problems;
    super(problems.map(describe).join('\n'), {
      location: { file, line, ...(column === undefined ? {} : { column }) },
      remedy: problems.length === 1 ? remedy : undefined,
    });
    this.problems = problems;
  }
}

/** @throws ProblemsError when there is any. */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first !== undefined) throw new ProblemsError([first, ...others]);
}

function describe(
  { file, line, column, message, remedy }: Problem,
  _: number,
  all: readonly Problem[],
): string {
  const text = `${file}:${line}${column === undefined ? '' : `:${column}`}: ${message}`;
  // A remedy of its own stands below the message already.
  return all.length === 1 ? text : `${text} (${remedy})`;
}
