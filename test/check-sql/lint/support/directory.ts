import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { LintConfig } from '../../../../actions/check-sql/lint/default-config.ts';
import type { Finding } from '../../../../actions/check-sql/lint/finding.ts';
import { lintFiles } from '../../../../actions/check-sql/lint/lint.ts';
import type { Rule } from '../../../../actions/check-sql/lint/rule.ts';
import { RULES } from '../../../../actions/check-sql/lint/rules.ts';
import { readLintFiles } from '../../../../actions/check-sql/lint/sources.ts';
import type { Problem } from '../../../../actions/migrate/problem.ts';

interface Directory {
  path: string;
  /** File names in the findings are those of the directory. */
  lint(
    rules?: readonly Rule[],
    options?: { config?: LintConfig; allowGaps?: boolean },
  ): { findings: Finding[]; problems: Problem[] };
  read(file: string): string;
}

/** A directory of migrations that lives as long as the function. */
export function withDirectory<T>(
  files: Readonly<Record<string, string>>,
  use: (directory: Directory) => T,
): T {
  const path = mkdtempSync(join(tmpdir(), 'lint-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    const short = <P extends { file: string }>(place: P): P => ({
      ...place,
      file: place.file.slice(path.length + 1),
    });
    return use({
      path,
      lint: (rules = RULES, { config, allowGaps = true } = {}) => {
        const { files: read, problems } = readLintFiles(path, { allowGaps });
        return { findings: lintFiles(read, config, rules).map(short), problems: problems.map(short) };
      },
      read: (file) => readFileSync(join(path, file), 'utf8'),
    });
  } finally {
    rmSync(path, { recursive: true });
  }
}
