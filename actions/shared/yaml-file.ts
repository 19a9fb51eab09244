import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf, UserError } from './errors.ts';

export interface YamlFile<T> {
  data: T;
  /** An error at the place of a field, or of the nearest one above it that is written. */
  error(path: readonly PropertyKey[], message: string): UserError;
}

/**
 * Reads a YAML file and validates it.
 * @param what such as "the pipeline configuration"
 * @throws UserError with file, line and column of the first problem, and the allowed values.
 */
export function readYaml<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  { what, missing, invalid }: { what: string; missing: string; invalid: string },
): YamlFile<z.infer<Schema>> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError(`cannot read ${what} ${file}: ${messageOf(cause)}`, { remedy: missing, cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const errorAt = (offset: number, message: string): UserError => {
    const { line, col: column } = lines.linePos(offset);
    return new UserError(`${file}:${line}:${column}: ${message}`, {
      location: { file, line, column },
      remedy: invalid,
    });
  };
  const syntax = document.errors[0];
  if (syntax !== undefined) throw errorAt(syntax.pos[0], syntax.message.split('\n')[0] ?? syntax.message);
  const error = (path: readonly PropertyKey[], message: string): UserError =>
    errorAt(offsetOf(document, path), message);
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
    const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
    throw error(path, `${path.join('.') || 'document'}: ${message ?? issue.message}`);
  }
  return { data: parsed.data, error };
}

function offsetOf(document: ReturnType<typeof parseDocument>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}
