import * as core from '@actions/core';
import {
  GetSecretValueCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import type { z } from 'zod';
import { messageOf, UserError } from './errors.ts';

/** Fields of a secret that are no secret by themselves and may appear in messages. */
const PUBLIC_FIELDS = new Set([
  'engine',
  'host',
  'port',
  'dbname',
  'account',
  'accessUrl',
  'role',
  'warehouse',
  'database',
  'schema',
  'authenticator',
  'url',
  'username',
  'user',
  'sslmode',
]);

/**
 * Reads a JSON secret from AWS Secrets Manager by name or ARN and validates its shape. Every value that is
 * secret is passed to `mask` before anything else can print it. Where no runner reads masking commands
 * (a Lambda function), pass another `mask`: the command itself would print the secret.
 * @throws UserError naming the secret and the field, never a value.
 */
export async function readSecret<T>(
  id: string,
  shape: z.ZodType<T>,
  mask: (secret: string) => void = core.setSecret,
): Promise<T> {
  const client = new SecretsManagerClient({ maxAttempts: 5 });
  let text: string;
  try {
    text = (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString ?? '';
  } catch (error) {
    throw secretError(id, error);
  } finally {
    client.destroy();
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // JSON.parse quotes its input in the message, so the cause is not kept.
    mask(text);
    throw new UserError(`secret "${id}" is not JSON`, { remedy: 'Store it as a JSON object of its fields.' });
  }
  maskValues(value, mask);
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`);
  throw new UserError(`secret "${id}" has the wrong shape: ${problems.join('; ')}`, {
    remedy: 'Correct the fields of the secret; docs/production.md lists them.',
  });
}

function maskValues(value: unknown, mask: (secret: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [field, item] of Object.entries(value)) {
    if (typeof item === 'object') maskValues(item, mask);
    else if (typeof item === 'string' && item !== '' && !PUBLIC_FIELDS.has(field)) {
      mask(item);
      // The runner masks line by line: a PEM key is registered by its lines too.
      for (const line of item.split('\n')) if (line.length > 8) mask(line);
    }
  }
}

function secretError(id: string, error: unknown): UserError {
  const name = error instanceof SecretsManagerServiceException ? error.name : '';
  const remedy =
    name === 'ResourceNotFoundException'
      ? `Create the secret "${id}" in Secrets Manager (docs/production.md lists its fields), or correct its name.`
      : name === 'AccessDeniedException'
        ? `Grant secretsmanager:GetSecretValue on "${id}" to the role of this job.`
        : 'Check the AWS credentials, region and AWS_ENDPOINT_URL_SECRETS_MANAGER, then run again.';
  return new UserError(
    `Secrets Manager: could not read "${id}": ${name ? `${name}: ` : ''}${messageOf(error)}`,
    {
      remedy,
      cause: error,
    },
  );
}
