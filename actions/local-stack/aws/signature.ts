import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { type AwsRequest, percentDecode, percentEncode, queryValue } from './request.ts';

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What a verified signature says about the request. */
export interface Signed {
  /** The service of the credential scope: s3, secretsmanager, lambda. */
  service: string;
  /** `x-amz-content-sha256` for S3: hex digest, UNSIGNED-PAYLOAD or STREAMING-…; the digest the body must have otherwise. */
  payloadHash: string;
}

interface Claim {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  timestamp: string;
  /** Seconds, of a presigned URL. */
  expires: number | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_S = 7 * 24 * 3600;

/**
 * Verifies Signature Version 4, from the Authorization header or the query of a presigned URL.
 * Source: IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating Requests".
 * `bodyHash` is the SHA-256 of the whole body for services that sign it without a header (all but S3).
 * @throws AwsError AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed and others.
 */
export function verifySignature(
  request: AwsRequest,
  credentials: AwsCredentials,
  region: string,
  bodyHash: string,
  now: number = Date.now(),
): Signed {
  const claim = readClaim(request);
  checkScope(request, claim, credentials, region);
  checkTime(claim, now);
  const payloadHash =
    claim.service !== 's3'
      ? bodyHash
      : (request.headers['x-amz-content-sha256'] ??
        queryValue(request, 'X-Amz-Content-Sha256') ??
        (claim.expires === undefined ? undefined : 'UNSIGNED-PAYLOAD'));
  if (payloadHash === undefined) {
    throw new AwsError(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  const expected = Buffer.from(signatureOf(request, claim, credentials.secretAccessKey, payloadHash));
  const given = Buffer.from(claim.signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw new AwsError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  return { service: claim.service, payloadHash };
}

/** The service that the request claims to sign for; undefined for an unsigned request. */
export function claimedService(request: AwsRequest): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1] ??
    queryValue(request, 'X-Amz-Credential');
  return credential?.split('/').at(-2);
}

function readClaim(request: AwsRequest): Claim {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    if (!authorization.startsWith(`${ALGORITHM} `)) {
      throw new AwsError(400, 'InvalidRequest', `Please use ${ALGORITHM} to sign the request.`);
    }
    const field = (name: string) => new RegExp(`[ ,]${name}=([^,\\s]+)`).exec(authorization)?.[1];
    return claimOf(
      field('Credential'),
      field('SignedHeaders'),
      field('Signature'),
      request.headers['x-amz-date'],
      undefined,
    );
  }
  if (queryValue(request, 'X-Amz-Algorithm') === ALGORITHM) {
    const expires = Number(queryValue(request, 'X-Amz-Expires') ?? Number.NaN);
    if (!Number.isInteger(expires) || expires < 0 || expires > MAX_EXPIRES_S) {
      throw new AwsError(
        400,
        'AuthorizationQueryParametersError',
        `X-Amz-Expires must be a number of seconds from 0 to ${MAX_EXPIRES_S}`,
      );
    }
    return claimOf(
      queryValue(request, 'X-Amz-Credential'),
      queryValue(request, 'X-Amz-SignedHeaders'),
      queryValue(request, 'X-Amz-Signature'),
      queryValue(request, 'X-Amz-Date'),
      expires,
    );
  }
  throw new AwsError(403, 'AccessDenied', 'Access Denied: the request is not signed.');
}

function claimOf(
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  timestamp: string | undefined,
  expires: number | undefined,
): Claim {
  // An access key may hold slashes; the scope is always the last four segments.
  const segments = (credential ?? '').split('/');
  const [date, region, service, terminator] = segments.slice(-4);
  if (
    segments.length < 5 ||
    terminator !== 'aws4_request' ||
    !signedHeaders ||
    !signature ||
    !timestamp ||
    !/^\d{8}T\d{6}Z$/.test(timestamp)
  ) {
    throw new AwsError(
      400,
      'AuthorizationHeaderMalformed',
      'The authorization is malformed: it needs Credential, SignedHeaders, Signature and a date.',
    );
  }
  return {
    accessKeyId: segments.slice(0, -4).join('/'),
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    timestamp,
    expires,
  };
}

function checkScope(request: AwsRequest, claim: Claim, credentials: AwsCredentials, region: string): void {
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw new AwsError(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  if (request.headers['x-amz-security-token'] ?? queryValue(request, 'X-Amz-Security-Token')) {
    throw new AwsError(
      400,
      'InvalidToken',
      'The provided token is not valid: the credentials of the local endpoint have none. Unset AWS_SESSION_TOKEN.',
    );
  }
  if (claim.region !== region) {
    throw new AwsError(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${region}'`,
      { Region: region },
    );
  }
  const mustBeSigned = Object.keys(request.headers).filter(
    (name) => name === 'host' || (name.startsWith('x-amz-') && claim.service === 's3'),
  );
  const unsigned = mustBeSigned.filter((name) => !claim.signedHeaders.includes(name));
  if (unsigned.length > 0) {
    throw new AwsError(
      403,
      'AccessDenied',
      `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
      { HeadersNotSigned: unsigned.join(', ') },
    );
  }
}

function checkTime(claim: Claim, now: number): void {
  const signedAt = Date.parse(
    claim.timestamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const tooEarly = signedAt - now > MAX_SKEW_MS;
  const tooLate = claim.expires === undefined && now - signedAt > MAX_SKEW_MS;
  if (Number.isNaN(signedAt) || !claim.timestamp.startsWith(claim.date) || tooEarly || tooLate) {
    throw new AwsError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      { RequestTime: claim.timestamp, ServerTime: new Date(now).toISOString() },
    );
  }
  if (claim.expires !== undefined && now > signedAt + claim.expires * 1000) {
    throw new AwsError(403, 'AccessDenied', 'Request has expired', {
      'X-Amz-Expires': String(claim.expires),
      Expires: new Date(signedAt + claim.expires * 1000).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  }
}

function signatureOf(request: AwsRequest, claim: Claim, secret: string, payloadHash: string): string {
  const canonicalHeaders = claim.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  const canonicalRequest = [
    request.method,
    canonicalPath(request, claim.service),
    canonicalQuery(request),
    canonicalHeaders.join(''),
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const digest = createHash('sha256').update(canonicalRequest).digest('hex');
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [claim.date, claim.region, claim.service, 'aws4_request']) key = hmac(key, part);
  return hmac(key, [ALGORITHM, claim.timestamp, scope, digest].join('\n')).toString('hex');
}

/** S3 signs the path encoded once; every other service encodes the encoded path again. */
function canonicalPath(request: AwsRequest, service: string): string {
  const segments = request.rawPath.split('/');
  return segments
    .map((segment) => percentEncode(service === 's3' ? percentDecode(segment) : segment))
    .join('/');
}

function canonicalQuery(request: AwsRequest): string {
  return request.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
