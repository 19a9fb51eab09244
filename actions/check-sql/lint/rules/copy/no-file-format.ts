import { keyOfParts } from '../../history/names.ts';
import { propertyOf } from '../../properties.ts';
import type { Rule } from '../../rule.ts';

export const noFileFormat: Rule = {
  id: 'copy/no-file-format',
  severity: 'warning',
  finds: 'COPY INTO a table without FILE_FORMAT from a stage that has none',
  why: 'The files are read as CSV with commas and without quotes: JSON and Parquet load as rubbish, or not at all.',
  remedy: 'Write FILE_FORMAT = (FORMAT_NAME = …) in the COPY or in the stage.',
  bad: [
    "CREATE STAGE BRONZE.LAKE URL = '{{ lake_url }}';\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE; -- <--",
  ],
  good: [
    "CREATE STAGE BRONZE.LAKE URL = '{{ lake_url }}';\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ FILE_FORMAT = (TYPE = JSON) ON_ERROR = SKIP_FILE;",
    "CREATE STAGE BRONZE.LAKE URL = '{{ lake_url }}' FILE_FORMAT = (TYPE = JSON);\nCOPY INTO BRONZE.T FROM @BRONZE.LAKE/t/ ON_ERROR = SKIP_FILE;",
  ],
  statement(statement, lint) {
    for (const copy of statement.nodes.of('copyIntoTable')) {
      const references = statement.nodes.of('stage');
      const location = copy.source.kind === 'query' ? references[0]?.location : copy.source;
      const inQuery = references.some(({ options }) => propertyOf(options, 'FILE_FORMAT') !== undefined);
      if (propertyOf(copy.options, 'FILE_FORMAT') !== undefined || inQuery || location?.kind !== 'namedStage')
        continue;
      const stage = lint.state.stages.get(keyOfParts(location.stage, lint.state.currentSchema));
      if (stage !== undefined && !stage.hasFileFormat)
        lint.report(statement, copy, 'neither it nor the stage says what the files are');
    }
  },
};
