/**
 * Parses JSON so that `JSON.stringify` of the value writes every number as it was written: a price stays
 * 19.90 and an id beyond 2^53 keeps its digits. Such numbers are opaque in the value (JSON.rawJSON of the
 * "JSON.parse source text access" part of ECMAScript).
 */
export function parseKeepingNumbers(text: string): unknown {
  const { rawJSON, parse } = JSON as unknown as {
    rawJSON(text: string): unknown;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
  };
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value) ? rawJSON(source) : value,
  );
}
