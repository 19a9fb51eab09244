/**
 * The lines of two texts as a unified diff without its head: ` ` for a line of both, `-` for one of the first only, `+`
 * for one of the second only, three lines around each change, `…` for what is left out. Empty for equal texts.
 */
export function lineDiff(before: string, after: string, context = 3): string[] {
  if (before === after) return [];
  const lines = compare(before.split('\n'), after.split('\n'));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some((line) => !line.startsWith(' ')),
  );
  return lines.flatMap((line, index) => (near[index] ? [line] : near[index - 1] === false ? [] : ['…']));
}

/** Cells of the table of the longest common subsequence that are worth their memory. */
const MOST_CELLS = 4_000_000;

function compare(a: readonly string[], b: readonly string[]): string[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (line: string): string => ` ${line}`;
  return [
    ...a.slice(0, head).map(same),
    ...changed(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ];
}

function changed(a: readonly string[], b: readonly string[]): string[] {
  const width = b.length + 1;
  if ((a.length + 1) * width > MOST_CELLS)
    return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        a[i] === b[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
    }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i++]}`);
      j++;
    } else if (
      j >= b.length ||
      (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)
    )
      lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}
