import { expect, test } from 'vitest';
import { planMarkdown } from '../../actions/migrate/render-plan.ts';

test('the plan is shown with warnings, kinds, a drawing and diffs, and no name in it is markup', () => {
  const markdown = planMarkdown([
    {
      name: 'V002__x',
      file: 'migrations/V002__x.sql',
      statements: 1,
      from: 1,
      why: 'new',
      effects: [
        {
          statement: 1,
          line: 3,
          kind: 'replace',
          objects: ['TABLE D.S."]) --> x[<script>|`"'],
          destroys: ['replaces the table <img src=x>: its rows are lost'],
          breaks: [{ stream: 'D.S.ST', consumers: ['D.S.FILL'] }],
          diff: ['-A', '+```', '+B'],
        },
      ],
    },
  ]).join('\n');
  expect(markdown).toContain(
    '- **migrations/V002\\_\\_x.sql:3** replaces the table &lt;img src=x&gt;: its rows are lost; breaks the stream D.S.ST, which D.S.FILL consumes',
  );
  expect(markdown).toContain(
    '| migrations/V002\\_\\_x.sql:3 | replace | TABLE D.S."\\]) --&gt; x\\[&lt;script&gt;\\|\\`" |',
  );
  expect(markdown).not.toContain('<script>');
  expect(markdown).toContain('  n1["TABLE D.S.#34;#93;#41; #45;#45;#62; x#91;#60;script#62;#124;#96;#34;"]');
  expect(markdown).toContain('  n0 -->|replace| n1\n  n1 -.->|breaks| n2\n  n2 --> n3');
  expect(markdown).toContain('````diff\n-A\n+```\n+B\n````');
});
