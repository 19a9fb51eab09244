import { UserError } from '../shared/errors.ts';
import type { Statement } from '../shared/sql/ast.ts';
import { parseStatement } from '../shared/sql/parse.ts';
import { SnowflakeError } from '../shared/sql/snowflake-error.ts';
import type { MigrationFile } from './migration-files.ts';
import { requirementsOf } from './requirements.ts';
import { tableUses } from './table-uses.ts';

interface Uses {
  creates: Set<string>;
  reads: Set<string>;
}

/**
 * Repeatable migrations in an order in which each finds what it reads: worked out from what their SQL creates and
 * reads and what they say that they require, by name otherwise. Versioned ones stay in front, in their order, but for
 * the repeatable ones that one of them requires. Those that always run come last.
 * @throws UserError naming the files of a cycle, or a requirement that there is not
 */
export function orderRepeatables(files: readonly MigrationFile[]): MigrationFile[] {
  const repeatable = files.filter((file) => file.kind === 'repeatable');
  const uses = new Map(repeatable.map((file) => [file, usesOf(file)]));
  const creators = new Map<string, MigrationFile>();
  for (const [file, { creates }] of uses) for (const name of creates) creators.set(name, file);
  const ordered = new Set<MigrationFile>();
  const visiting: MigrationFile[] = [];
  const visit = (file: MigrationFile): void => {
    if (ordered.has(file)) return;
    if (visiting.includes(file)) throw circle([...visiting.slice(visiting.indexOf(file)), file]);
    visiting.push(file);
    for (const required of requirementsOf(file, files)) {
      // A number says by itself what comes first; one that is too high is found in the plan.
      if (required.kind !== 'versioned') visit(required);
    }
    for (const name of uses.get(file)?.reads ?? []) {
      const creator = creators.get(name);
      if (creator !== undefined && creator !== file) visit(creator);
    }
    visiting.pop();
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return [...ordered];
}

/** What the parser cannot read has no dependencies: Snowflake will say. */
function usesOf(file: MigrationFile): Uses {
  const uses: Uses = { creates: new Set(), reads: new Set() };
  for (const statement of file.statements) {
    let tree: Statement;
    try {
      tree = parseStatement(statement.text);
    } catch (error) {
      if (error instanceof SnowflakeError) continue;
      throw error;
    }
    const { creates, reads } = tableUses(tree);
    for (const name of creates) uses.creates.add(lastTwo(name));
    for (const name of reads) uses.reads.add(lastTwo(name));
  }
  return uses;
}

/** The database may be written here and left out there. */
function lastTwo(name: string): string {
  return name.split('.').slice(-2).join('.');
}

function circle(files: MigrationFile[]): UserError {
  const [first] = files;
  return new UserError(
    `${first?.file}:1: repeatable migrations read each other in a circle: ${files.map(({ file }) => file).join(' → ')}`,
    {
      location: { file: first?.file ?? '', line: 1 },
      remedy: 'Take one of them out of the circle, or put them into one file.',
    },
  );
}
