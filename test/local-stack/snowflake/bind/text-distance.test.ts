import { expect, test } from 'vitest';
import { editDistance, jaroWinkler } from '../../../../actions/local-stack/snowflake/bind/text-distance.ts';

// docs.snowflake.com, EDITDISTANCE
test.each([
  ['', '', 0n],
  ['', 'abc', 3n],
  ['kitten', 'sitting', 3n],
  ['Gute nacht', 'Ich weis nicht', 8n],
  ['Ich weiß nicht', 'Ich wei? nicht', 1n],
  ['⛄', '❄', 1n],
])('the distance of "%s" and "%s" is %d characters', (left, right, distance) => {
  expect(editDistance(left, right)).toBe(distance);
  expect(editDistance(right, left)).toBe(distance);
});

// docs.snowflake.com, JAROWINKLER_SIMILARITY
test.each([
  ['', '', 0n],
  ['Snowflake', 'SNOWFLAKE', 100n],
  ['Snowflake', 'Oracle', 61n],
  ['Ich weiß nicht', 'Ich wei? nicht', 97n],
  ['Gute nacht', 'Ich weis nicht', 56n],
  ['abc', 'xyz', 0n],
])('the similarity of "%s" and "%s" is %d', (left, right, similarity) => {
  expect(jaroWinkler(left, right)).toBe(similarity);
});
