import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, notImplemented } from '../aws-error.ts';
import { KeyedLock } from '../keyed-lock.ts';
import { type Secret, SecretStore } from './secret-store.ts';
import { addVersion, findVersion, type NewValue } from './secret-version.ts';

/** Answers one verified call: `action` from X-Amz-Target, `body` its JSON. Throws AwsError for what it refuses. */
export type SecretsService = (action: string, body: string) => Promise<object>;

const name = z.string().regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'must be 1 to 512 letters, digits or /_+=.@-');
const secretId = z.string().min(1).max(2048);
const value = {
  ClientRequestToken: z.string().min(32).max(64).optional(),
  SecretString: z.string().optional(),
  SecretBinary: z.base64().optional(),
};

const inputs = {
  CreateSecret: z.strictObject({
    Name: name,
    Description: z.string().optional(),
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
    ...value,
  }),
  GetSecretValue: z.strictObject({
    SecretId: secretId,
    VersionId: z.string().optional(),
    VersionStage: z.string().optional(),
  }),
  PutSecretValue: z.strictObject({
    SecretId: secretId,
    VersionStages: z.array(z.string()).min(1).optional(),
    ...value,
  }),
  UpdateSecret: z.strictObject({ SecretId: secretId, Description: z.string().optional(), ...value }),
  DescribeSecret: z.strictObject({ SecretId: secretId }),
  DeleteSecret: z.strictObject({
    SecretId: secretId,
    RecoveryWindowInDays: z.int().min(7).max(30).optional(),
    ForceDeleteWithoutRecovery: z.boolean().optional(),
  }),
  ListSecrets: z.strictObject({
    MaxResults: z.int().min(1).max(100).default(100),
    NextToken: z.string().optional(),
    IncludePlannedDeletion: z.boolean().optional(),
    Filters: z
      .array(z.strictObject({ Key: z.literal('name'), Values: z.array(z.string()).min(1) }))
      .default([]),
  }),
};

/** Secrets Manager over a directory (API Reference of the actions named below; any other is refused by name). */
export async function openSecrets(root: string, region: string): Promise<SecretsService> {
  const store = await SecretStore.open(root);
  const lock = new KeyedLock();
  const actions: Record<string, (body: unknown) => Promise<object> | object> = {
    CreateSecret: (body) => createSecret(store, region, parse('CreateSecret', body)),
    GetSecretValue: (body) => getSecretValue(store, parse('GetSecretValue', body)),
    PutSecretValue: (body) => putSecretValue(store, parse('PutSecretValue', body)),
    UpdateSecret: (body) => updateSecret(store, parse('UpdateSecret', body)),
    DescribeSecret: (body) => describe(find(store, parse('DescribeSecret', body).SecretId)),
    DeleteSecret: (body) => deleteSecret(store, parse('DeleteSecret', body)),
    ListSecrets: (body) => listSecrets(store, parse('ListSecrets', body)),
  };
  return (action, body) =>
    lock.run('secrets', async () => {
      if (!Object.hasOwn(actions, action)) throw notImplemented(`Secrets Manager's ${action}`);
      return actions[action]!(readJson(body));
    });
}

type Input<Action extends keyof typeof inputs> = z.infer<(typeof inputs)[Action]>;

async function createSecret(
  store: SecretStore,
  region: string,
  input: Input<'CreateSecret'>,
): Promise<object> {
  const existing = store.find(input.Name);
  if (existing?.deleted !== undefined) {
    throw new AwsError(
      400,
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (existing !== undefined) {
    const same = existing.versions.find(({ id }) => id === input.ClientRequestToken);
    if (same !== undefined && same.string === input.SecretString && same.binary === input.SecretBinary) {
      return { ARN: existing.arn, Name: existing.name, VersionId: same.id };
    }
    throw new AwsError(
      400,
      'ResourceExistsException',
      `The operation failed because the secret ${input.Name} already exists.`,
    );
  }
  const now = Date.now() / 1000;
  const ending = randomBytes(12).toString('base64').replace(/[+/=]/g, '').padEnd(6, 'x').slice(0, 6);
  const empty: Secret = {
    name: input.Name,
    arn: `arn:aws:secretsmanager:${region}:000000000000:secret:${input.Name}-${ending}`,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    tags: input.Tags,
    created: now,
    changed: now,
    versions: [],
  };
  if (!hasValue(input)) {
    await store.save(empty);
    return { ARN: empty.arn, Name: empty.name };
  }
  const { secret, version } = addVersion(empty, input);
  await store.save(secret);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id };
}

function getSecretValue(store: SecretStore, input: Input<'GetSecretValue'>): object {
  const secret = findLive(store, input.SecretId);
  const version = findVersion(secret, input.VersionId, input.VersionStage);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: version.stages,
    CreatedDate: version.created,
    ...(version.string === undefined ? {} : { SecretString: version.string }),
    ...(version.binary === undefined ? {} : { SecretBinary: version.binary }),
  };
}

async function putSecretValue(store: SecretStore, input: Input<'PutSecretValue'>): Promise<object> {
  const { secret, version } = addVersion(findLive(store, input.SecretId), input);
  await store.save(secret);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
}

async function updateSecret(store: SecretStore, input: Input<'UpdateSecret'>): Promise<object> {
  const found = findLive(store, input.SecretId);
  const described: Secret = {
    ...found,
    changed: Date.now() / 1000,
    ...(input.Description === undefined ? {} : { description: input.Description }),
  };
  if (!hasValue(input)) {
    await store.save(described);
    return { ARN: found.arn, Name: found.name };
  }
  const { secret, version } = addVersion(described, input);
  await store.save(secret);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id };
}

async function deleteSecret(store: SecretStore, input: Input<'DeleteSecret'>): Promise<object> {
  const force = input.ForceDeleteWithoutRecovery === true;
  if (force && input.RecoveryWindowInDays !== undefined) {
    throw new AwsError(
      400,
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  const now = Date.now() / 1000;
  if (force) {
    const secret = find(store, input.SecretId);
    await store.remove(secret);
    return { ARN: secret.arn, Name: secret.name, DeletionDate: now };
  }
  const secret = findLive(store, input.SecretId);
  await store.save({ ...secret, deleted: now });
  const days = input.RecoveryWindowInDays ?? 30;
  return { ARN: secret.arn, Name: secret.name, DeletionDate: now + days * 24 * 3600 };
}

function listSecrets(store: SecretStore, input: Input<'ListSecrets'>): object {
  const after =
    input.NextToken === undefined ? '' : Buffer.from(input.NextToken, 'base64url').toString('utf8');
  const matching = store
    .all()
    .filter(
      (secret) =>
        secret.name > after &&
        (secret.deleted === undefined || input.IncludePlannedDeletion === true) &&
        input.Filters.every(({ Values }) => Values.some((prefix) => secret.name.startsWith(prefix))),
    );
  const page = matching.slice(0, input.MaxResults);
  const last = page.at(-1);
  return {
    SecretList: page.map(({ versions, ...secret }) => {
      const { VersionIdsToStages, ...entry } = describe({ versions, ...secret });
      return { ...entry, SecretVersionsToStages: VersionIdsToStages };
    }),
    ...(matching.length > page.length && last !== undefined
      ? { NextToken: Buffer.from(last.name).toString('base64url') }
      : {}),
  };
}

function describe(secret: Secret) {
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: secret.created,
    LastChangedDate: secret.changed,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.deleted === undefined ? {} : { DeletedDate: secret.deleted }),
    Tags: secret.tags,
    VersionIdsToStages: Object.fromEntries(
      secret.versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]),
    ),
  };
}

function find(store: SecretStore, id: string): Secret {
  const secret = store.find(id);
  if (secret === undefined) {
    throw new AwsError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return secret;
}

function findLive(store: SecretStore, id: string): Secret {
  const secret = find(store, id);
  if (secret.deleted !== undefined) {
    throw new AwsError(
      400,
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

function hasValue(input: NewValue): boolean {
  return input.SecretString !== undefined || input.SecretBinary !== undefined;
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body);
  } catch {
    throw new AwsError(400, 'SerializationException', 'The request body is not JSON.');
  }
}

function parse<Action extends keyof typeof inputs>(action: Action, body: unknown): Input<Action> {
  const parsed = inputs[action].safeParse(body);
  if (parsed.success) return parsed.data as Input<Action>;
  const issue = parsed.error.issues[0]!;
  if (issue.code === 'unrecognized_keys') throw notImplemented(`${issue.keys.join(', ')} in ${action}`);
  throw new AwsError(400, 'InvalidParameterException', `${issue.path.join('.')}: ${issue.message}`);
}
