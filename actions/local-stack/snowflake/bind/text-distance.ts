/** EDITDISTANCE: insertions, deletions and substitutions of characters (DuckDB counts bytes). */
export function editDistance(left: string, right: string): bigint {
  const [a, b] = [[...left], [...right]];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const kept = row[j]! + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(kept, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return BigInt(row[b.length]!);
}

/** Winkler's bonus counts at most this many equal first characters, each a tenth of what is missing. */
const PREFIX = 4;

/** JAROWINKLER_SIMILARITY: 0 (nothing alike) to 100 (equal), whatever the case; two empty texts give 0. */
export function jaroWinkler(left: string, right: string): bigint {
  const [a, b] = [[...left.toLowerCase()], [...right.toLowerCase()]];
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = b.map(() => false);
  const matched = a.filter((character, i) => {
    const at = b.findIndex((other, j) => other === character && !taken[j] && Math.abs(i - j) <= reach);
    if (at !== -1) taken[at] = true;
    return at !== -1;
  });
  if (matched.length === 0) return 0n;
  const others = b.filter((_, j) => taken[j]);
  const swapped = Math.floor(matched.filter((character, index) => character !== others[index]).length / 2);
  const count = matched.length;
  const jaro = (count / a.length + count / b.length + (count - swapped) / count) / 3;
  const differing = a.findIndex((character, index) => character !== b[index]);
  const prefix = Math.min(PREFIX, differing === -1 ? a.length : differing);
  return BigInt(Math.floor(100 * (jaro + prefix * 0.1 * (1 - jaro)) + 1e-9));
}
