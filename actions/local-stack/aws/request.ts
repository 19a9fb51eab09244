import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

/** One request as it was sent: nothing is normalised, because the signature covers the bytes of the client. */
export interface AwsRequest {
  id: string;
  method: string;
  /** The path before the question mark, percent-encoded as sent. */
  rawPath: string;
  /** Decoded query parameters in the order sent. */
  query: [string, string][];
  /** Header values by lower-case name; several of one name are joined by a comma. */
  headers: Record<string, string>;
  body: AsyncIterable<Buffer>;
}

/** @throws AwsError 400 for a malformed URL. */
export function parseRequest(incoming: IncomingMessage): AwsRequest {
  const url = incoming.url ?? '/';
  const mark = url.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(incoming.headersDistinct)) headers[name] = values!.join(',');
  return {
    id: randomUUID(),
    method: incoming.method ?? 'GET',
    rawPath: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? [] : parseQuery(url.slice(mark + 1)),
    headers,
    // A reader that stops early leaves the connection open: it still carries the answer.
    body: { [Symbol.asyncIterator]: () => incoming.iterator({ destroyOnReturn: false }) },
  };
}

export function queryValue(request: AwsRequest, name: string): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

/** @throws AwsError 400 for text that is not percent-encoded UTF-8. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError(
      400,
      'InvalidURI',
      `Could not decode "${text.slice(0, 100)}" as percent-encoded UTF-8.`,
    );
  }
}

/** AWS's UriEncode: everything but A-Z a-z 0-9 - . _ ~ (SigV4, "create a canonical request"). */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function parseQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      // A plus sign is a plus sign here: AWS clients encode a space as %20.
      return equals < 0
        ? [percentDecode(pair), '']
        : [percentDecode(pair.slice(0, equals)), percentDecode(pair.slice(equals + 1))];
    });
}
