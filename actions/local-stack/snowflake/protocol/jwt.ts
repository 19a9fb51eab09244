import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** The parts of a JSON Web Token (RFC 7519), not verified. */
export interface Jwt {
  algorithm: string;
  claims: JwtClaims;
  signed: Buffer;
  signature: Buffer;
}

export interface JwtClaims {
  iss?: string;
  sub?: string;
  aud?: string | string[];
  exp?: number;
}

/** Undefined for what is no token of three parts with JSON in the first two. */
export function readJwt(token: string): Jwt | undefined {
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return undefined;
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { alg?: unknown };
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof claims !== 'object' || claims === null) return undefined;
    return {
      algorithm: String(alg),
      claims,
      signed: Buffer.from(`${header}.${payload}`),
      signature: Buffer.from(signature, 'base64url'),
    };
  } catch {
    return undefined;
  }
}

/** Whether the key made the signature (RS256, the only algorithm of key pairs and of GitHub's tokens) and it is time. */
export function isValid(jwt: Jwt, key: KeyObject): boolean {
  if (jwt.algorithm !== 'RS256' || !verify('RSA-SHA256', jwt.signed, key, jwt.signature)) return false;
  const { exp } = jwt.claims;
  if (typeof exp !== 'number') return false;
  // The Node.js driver gives milliseconds where the standard has seconds.
  return (exp > 1e11 ? exp : exp * 1000) > Date.now();
}

/** A public key as RSA_PUBLIC_KEY has it: base64 of its DER, with or without PEM's lines. Undefined for anything else. */
export function readPublicKey(text: string): KeyObject | undefined {
  try {
    const der = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** `SHA256:` and the base64 digest of the key's DER, as DESCRIBE USER shows it and the `iss` of a key-pair token ends. */
export function fingerprint(key: KeyObject): string {
  return `SHA256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`;
}
