import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { startTestStack } from '../support/stack.ts';
import { asExpectation, difference } from './outcome.ts';
import { readRecording, recordedOutcome } from './recorded.ts';
import { openSubject, readSubjects, type SubjectRun, withDatabase } from './suite.ts';

let settings: Awaited<ReturnType<typeof withDatabase>>;
beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
  settings = await withDatabase(await readSnowflakeSettings(undefined));
});

for (const subject of readSubjects()) {
  const recording = readRecording(subject);
  describe(`${subject.topic}: ${subject.subject}`, () => {
    let run: SubjectRun;
    beforeAll(async () => {
      run = await openSubject(subject, settings, 'local');
    });
    afterAll(() => run.close());

    for (const one of subject.cases) {
      test(`${one.line}: ${one.sql.replace(/\s+/g, ' ')}`, async () => {
        const outcome = await run.run(one);
        if (one.differs !== null) {
          // A difference that is gone: take the mark off.
          expect(difference(one.expected, outcome), one.differs).toBeDefined();
          return;
        }
        expect(difference(one.expected, outcome)).toBeUndefined();
        const recorded = recordedOutcome(recording, subject, one);
        if (recorded !== undefined) {
          expect(difference(asExpectation(one, recorded), outcome), 'the recorded answer').toBeUndefined();
        }
      });
    }
  });
}
