import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { Secret, SecretVersion } from './secret-store.ts';

/** A new value as a request gives it. */
export interface NewValue {
  ClientRequestToken?: string | undefined;
  SecretString?: string | undefined;
  SecretBinary?: string | undefined;
  VersionStages?: string[] | undefined;
}

export interface Added {
  secret: Secret;
  version: SecretVersion;
}

/**
 * The secret with one more version. AWSCURRENT moves to it and leaves AWSPREVIOUS on the version it came from;
 * a request that is repeated with the same token and value changes nothing.
 * Source: Secrets Manager API Reference, PutSecretValue.
 * @throws AwsError ResourceExistsException for the same token with another value.
 */
export function addVersion(secret: Secret, value: NewValue): Added {
  checkValue(value);
  const id = value.ClientRequestToken ?? randomUUID();
  // The first version of a secret is always its current one.
  const first = secret.versions.length === 0 ? ['AWSCURRENT'] : [];
  const stages = [...new Set([...first, ...(value.VersionStages ?? ['AWSCURRENT'])])];
  const existing = secret.versions.find((version) => version.id === id);
  if (existing !== undefined) {
    if (existing.string !== value.SecretString || existing.binary !== value.SecretBinary) {
      throw new AwsError(
        400,
        'ResourceExistsException',
        "You can't use ClientRequestToken " +
          id +
          ' because that value is already in use for a version of this secret.',
      );
    }
    return { secret, version: existing };
  }
  const now = Date.now() / 1000;
  const version: SecretVersion = {
    id,
    created: now,
    stages,
    ...(value.SecretString === undefined ? {} : { string: value.SecretString }),
    ...(value.SecretBinary === undefined ? {} : { binary: value.SecretBinary }),
  };
  const current = secret.versions.find((other) => other.stages.includes('AWSCURRENT'));
  const taken = new Set(stages);
  const demote = taken.has('AWSCURRENT') && current !== undefined;
  if (demote) taken.add('AWSPREVIOUS');
  const others = secret.versions.map((other) => {
    const kept = other.stages.filter((stage) => !taken.has(stage));
    return { ...other, stages: demote && other === current ? [...kept, 'AWSPREVIOUS'] : kept };
  });
  return { secret: { ...secret, changed: now, versions: withoutOldest([...others, version]) }, version };
}

/** The version that id and stage name; AWSCURRENT when neither is given. @throws AwsError */
export function findVersion(
  secret: Secret,
  id: string | undefined,
  stage: string | undefined,
): SecretVersion {
  const wanted = stage ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const version = secret.versions.find(
    (candidate) =>
      (id === undefined || candidate.id === id) &&
      (wanted === undefined || candidate.stages.includes(wanted)),
  );
  if (version !== undefined) return version;
  if (id !== undefined && stage !== undefined && secret.versions.some((candidate) => candidate.id === id)) {
    throw new AwsError(
      400,
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  const named = id === undefined ? `staging label: ${wanted}` : `VersionId: ${id}`;
  throw new AwsError(
    400,
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${named}`,
  );
}

/** Versions without a label are deprecated; beyond a hundred the oldest of them goes. */
function withoutOldest(versions: SecretVersion[]): SecretVersion[] {
  if (versions.length <= 100) return versions;
  const oldest = versions.find((version) => version.stages.length === 0);
  return versions.filter((version) => version !== oldest);
}

function checkValue(value: NewValue): void {
  const given = [value.SecretString, value.SecretBinary].filter((item) => item !== undefined);
  if (given.length !== 1) {
    throw new AwsError(
      400,
      'InvalidParameterException',
      'You must provide either SecretString or SecretBinary, and not both.',
    );
  }
  const bytes = Buffer.byteLength(given[0]!, value.SecretBinary === undefined ? 'utf8' : 'base64');
  if (bytes > 65_536) {
    throw new AwsError(
      400,
      'InvalidParameterException',
      'The secret value is larger than the quota of 65536 bytes.',
    );
  }
}
