import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';

const credentials = z.strictObject({
  accessKeyId: z.string().min(16),
  secretAccessKey: z.string().min(16),
  snowflakeUser: z.string().min(1),
  snowflakePassword: z.string().min(16),
});

/** The made-up credentials of one stack. PostgreSQL keeps its own beside its data. */
export type StackCredentials = z.infer<typeof credentials>;

/**
 * The credentials of a stack's directory, made at its first start: what points at a kept stack stays valid.
 * @throws UserError for a file that is not what was written.
 */
export function openCredentials(directory: string): StackCredentials {
  const file = join(directory, 'credentials.json');
  if (existsSync(file)) return read(file);
  const made: StackCredentials = {
    accessKeyId: `LOCAL${randomBytes(10).toString('hex').slice(0, 15).toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
    snowflakeUser: 'LOCAL_ADMIN',
    snowflakePassword: randomBytes(24).toString('base64url'),
  };
  writeFileSync(`${file}.new`, JSON.stringify(made), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return made;
}

function read(file: string): StackCredentials {
  try {
    return credentials.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    // Neither message quotes a value.
    const what =
      error instanceof z.ZodError ? error.issues[0]?.path.join('.') : messageOf(error).split(',')[0];
    throw new UserError(`${file} does not hold the credentials of a local stack (${what})`, {
      remedy: 'Remove the directory to start afresh.',
    });
  }
}
