const simple: Record<string, string> = { '0': '\0', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * The value of a single-quoted string between `from` and `to` (quotes left out). Doubled quotes and the
 * backslash sequences of https://docs.snowflake.com/en/sql-reference/data-types-text#escape-sequences
 * are resolved; before any other character the backslash disappears.
 */
export function resolveEscapes(text: string, from: number, to: number): string {
  const raw = text.slice(from, to);
  if (!raw.includes('\\')) return raw.includes("''") ? raw.replaceAll("''", "'") : raw;
  return raw.replace(
    /''|\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-3][0-7]{2})|([\s\S]))/g,
    (whole, hex?: string, unicode?: string, octal?: string, other?: string) => {
      if (whole === "''") return "'";
      const digits = hex ?? unicode;
      if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return simple[other!] ?? other!;
    },
  );
}
