import type { Severity } from './finding.ts';

/** What migrations/lint.yml says. */
export interface LintConfig {
  rules: Readonly<
    Record<
      string,
      {
        severity?: Severity | 'off' | undefined;
        options?: Readonly<Record<string, number | readonly string[]>> | undefined;
      }
    >
  >;
}

/** Every rule with its own severity and options. */
export const DEFAULT_CONFIG: LintConfig = { rules: {} };
