import type { Rule } from '../../rule.ts';

export const numberWidth: Rule = {
  id: 'naming/number-width',
  severity: 'warning',
  finds: 'a number with fewer digits than that of the migration before it',
  why: 'V10 is listed before V9 wherever names are sorted as text: in file lists and in pull requests, so that people read the migrations in another order than the one in which they run.',
  remedy: 'Write numbers with leading zeros, equally wide: npm run new-migration does.',
  bad: [{ 'V001__a.sql': 'SELECT 1;', 'V2__b.sql': 'SELECT 2; -- <--' }],
  good: [
    { 'V001__a.sql': 'SELECT 1;', 'V002__b.sql': 'SELECT 2;' },
    { 'V001__a.sql': 'SELECT 1;', 'V20261124103000__b.sql': 'SELECT 2;' },
  ],
  file(file, lint) {
    const before = lint.files[lint.files.indexOf(file) - 1];
    const [width, widthBefore] = [file.version?.length, before?.version?.length];
    if (!/^\d+$/.test(file.version ?? '') || !/^\d+$/.test(before?.version ?? '')) return;
    if (width !== undefined && widthBefore !== undefined && width < widthBefore)
      lint.reportFile(
        file,
        `number ${file.version} has ${width} digits, that of ${before?.name} has ${widthBefore}`,
      );
  },
};
