/** A character of no alphabet that may stand in a name. */
const FILL = '\u{E000}';

/**
 * Replaces `{{ name }}` by a name of the same length, so that a migration can be read without the values of its
 * variables and every position is that of the file.
 */
export function withPlaceholders(text: string): string {
  return text.replace(/\{\{\s*[^{}]*?\s*\}\}/g, (whole) => whole.replace(/[^A-Za-z0-9_\n]/g, FILL));
}

/** The same where only a number can stand, such as the precision of a type. */
export function withNumbers(text: string): string {
  return text.replace(/\u{E000}+\w*\u{E000}+/gu, (whole) => '1'.padEnd(whole.length));
}

/** Whether a name or text has a template variable in it. */
export function hasVariable(text: string): boolean {
  return text.includes(FILL);
}

/** The text as written, for messages. */
export function withVariables(text: string): string {
  return text.replace(/\u{E000}+(\w*)\u{E000}+/gu, (_, name: string) => `{{ ${name.toLowerCase()} }}`);
}
