import { readFileSync, writeFileSync } from 'node:fs';
import type { Edit, Finding } from './finding.ts';

/** Writes the fixes of findings into their files and returns how many findings they take away, by file. */
export function fixFiles(findings: readonly Finding[]): Map<string, number> {
  const fixed = new Map<string, number>();
  for (const [file, list] of Map.groupBy(findings, (finding) => finding.file)) {
    const fixes = list.map(({ fix }) => fix).filter((fix) => fix.length > 0);
    if (fixes.length === 0) continue;
    const before = readFileSync(file, 'utf8');
    const { text, applied } = applyFixes(before, fixes);
    writeFileSync(file, text);
    fixed.set(file, applied);
  }
  return fixed;
}

/**
 * The text with the edits of each fix, those left out that touch what an earlier one has changed. Offsets are those of
 * the text with LF and without byte order mark; the text keeps what it has.
 */
export function applyFixes(text: string, fixes: readonly Edit[][]): { text: string; applied: number } {
  const original = originalOffsets(text);
  const taken: Edit[] = [];
  let applied = 0;
  for (const fix of fixes) {
    const clashes = fix.some((edit) =>
      taken.some((other) => edit.start < other.end && other.start < edit.end),
    );
    if (clashes) continue;
    taken.push(...fix);
    applied++;
  }
  // From the end, so that offsets stay true. Of two insertions at one place the first comes first.
  const ordered = taken.map((edit, index) => ({ edit, index }));
  ordered.sort((a, b) => b.edit.start - a.edit.start || b.index - a.index);
  let result = text;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  for (const { edit } of ordered) {
    const [start, end] = [original[edit.start] ?? result.length, original[edit.end] ?? result.length];
    result = result.slice(0, start) + edit.text.replaceAll('\n', newline) + result.slice(end);
  }
  return { text: result, applied };
}

/** For each offset of the normalised text, that of the text as it is. */
function originalOffsets(text: string): number[] {
  const offsets: number[] = [];
  for (let at = text.startsWith('\u{FEFF}') ? 1 : 0; at < text.length; at++) {
    offsets.push(at);
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
  }
  offsets.push(text.length);
  return offsets;
}
