import { UserError } from '../shared/errors.ts';

/**
 * A value is a name, an address or a number: nothing that could end a literal, a name or a statement, begin a
 * comment or move a line. Quotes stand in the migration, around the variable.
 */
const VALUE = /^(?!.*(?:--|\/\*|\*\/|\$\$|\{\{))[^'"`;\\\p{Cc}\p{Zl}\p{Zp}]*$/u;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ENVIRONMENT = 'GLOBALMART_VAR_';

/**
 * Replaces `{{ name }}` by values, in comments too. Lines stay where they are, so positions in errors are those of
 * the file.
 * @throws UserError with file, line and column of a variable that is not defined or has a hostile value
 */
export function renderTemplate(
  text: string,
  variables: Readonly<Record<string, string>>,
  file: string,
): string {
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, name: string, offset: number) => {
    const fail = (message: string, remedy: string): UserError => {
      const before = text.slice(0, offset).split('\n');
      const [line, column] = [before.length, before.at(-1)!.length + 1];
      return new UserError(`${file}:${line}:${column}: ${message}`, {
        location: { file, line, column },
        remedy,
      });
    };
    if (!NAME.test(name)) {
      throw fail(
        `${whole} is not a template variable`,
        'Write {{ name }} with letters, digits and underscores.',
      );
    }
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined) {
      const known = Object.keys(variables).sort().join(', ') || '(none)';
      throw fail(
        `template variable "${name}" is not defined`,
        `Give it in the input "variables" (${name}=…) or as ${ENVIRONMENT}${name.toUpperCase()}. Defined: ${known}.`,
      );
    }
    if (!VALUE.test(value)) {
      throw fail(
        `the value of template variable "${name}" has a quote, semicolon, backslash, comment mark, $$ or control character`,
        'A value is a name, an address or a number; write anything else in the migration itself.',
      );
    }
    return value;
  });
}

/**
 * Reads the input "variables", a JSON object or lines `name=value`. Where it does not name a variable, the
 * environment variable GLOBALMART_VAR_<NAME> gives it, with its name in lower case.
 * @throws UserError
 */
export function parseVariables(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith(ENVIRONMENT) && value !== undefined)
      variables[name.slice(ENVIRONMENT.length).toLowerCase()] = value;
  }
  const given = text.trimStart().startsWith('{') ? fromJson(text) : fromLines(text);
  for (const [name, value] of given) {
    if (!NAME.test(name)) throw unreadable(`"${name}" is not a name of letters, digits and underscores`);
    variables[name] = value;
  }
  return variables;
}

function fromJson(text: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable('not JSON', error);
  }
  return Object.entries(value as object).map(([name, item]: [string, unknown]) => {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
      throw unreadable(`the value of "${name}" is not text`);
    return [name, String(item)];
  });
}

function fromLines(text: string): [string, string][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = line.indexOf('=');
      if (at < 1) throw unreadable(`"${line.trim()}" is not name=value`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
}

function unreadable(what: string, cause?: unknown): UserError {
  return new UserError(`input "variables": ${what}`, {
    remedy: 'Write {"name": "value"}, or one name=value per line.',
    cause,
  });
}
