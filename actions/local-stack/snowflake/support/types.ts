import { approximated, refused, type SupportArea, supported } from './entry.ts';

/** Source of the types: docs.snowflake.com, "Summary of data types" and "Parameters". */
export const TYPES: SupportArea = {
  area: 'Data types and conversions',
  entries: [
    supported(
      'NUMBER and its synonyms, arithmetic with its precision and scale',
      'types-number',
      'SELECT 1::NUMBER(5,2) / 3',
    ),
    approximated(
      'SUM of NUMBERs',
      'a sum of more than 38 digits is not always refused',
      'SELECT SUM(1::NUMBER(38,0))',
    ),
    supported('FLOAT, DOUBLE, REAL', 'types-float', "SELECT 'NaN'::FLOAT"),
    supported('VARCHAR, CHAR, STRING, TEXT', 'types-text', "SELECT 'abc'::VARCHAR(3)"),
    supported('String constants: escapes, doubled quotes, $$', 'types-text', "SELECT 'a''b\\n', $$a'b$$"),
    supported(
      'BINARY; BINARY_INPUT_FORMAT, BINARY_OUTPUT_FORMAT',
      'types-binary',
      "SELECT 'ff00'::BINARY, X'ff'",
    ),
    supported('BOOLEAN', 'types-boolean', "SELECT 'yes'::BOOLEAN"),
    supported('DATE, TIME', 'types-date-time', "SELECT '2024-01-31'::DATE, '10:30'::TIME(3)"),
    supported(
      'TIMESTAMP_NTZ, TIMESTAMP_LTZ; TIMESTAMP_TYPE_MAPPING, TIMEZONE',
      'types-timestamp',
      "SELECT '2024-01-31 10:30:00'::TIMESTAMP_LTZ",
    ),
    supported(
      'TIMESTAMP_TZ with the offset of each value',
      'types-timestamp-tz',
      "SELECT '2024-01-31 10:30:00 +0200'::TIMESTAMP_TZ",
    ),
    approximated(
      'GROUP BY and DISTINCT of TIMESTAMP_TZ',
      'one instant at two offsets makes two groups',
      "SELECT DISTINCT '2024-01-31 10:30:00 +0200'::TIMESTAMP_TZ",
    ),
    approximated(
      'Fractions of a second beyond microseconds',
      'cut where they come from files and columns; refused in constants',
      "SELECT '2024-01-31 10:30:00.123456'::TIMESTAMP_NTZ(9)",
    ),
    refused(
      'Constants with a fraction of a second finer than microseconds',
      'moments are kept in microseconds',
      "SELECT '2024-01-31 10:30:00.123456789'::TIMESTAMP_NTZ",
    ),
    supported(
      'DATE_, TIME_ and TIMESTAMP_…_INPUT_FORMAT and …_OUTPUT_FORMAT',
      'types-formats',
      "ALTER SESSION SET DATE_OUTPUT_FORMAT = 'DD/MM/YYYY'",
      "SELECT '2024-01-31'::DATE::VARCHAR",
      'ALTER SESSION UNSET DATE_OUTPUT_FORMAT',
    ),
    supported(
      'INTERVAL constants added to and subtracted from dates, times and timestamps',
      'types-interval',
      "SELECT '2024-01-31'::DATE + INTERVAL '1 month, 1 day'",
    ),
    refused(
      'INTERVAL as a value of its own',
      'the interval data types are not here',
      "SELECT INTERVAL '1 day'",
    ),
    supported(
      'VARIANT, OBJECT, ARRAY; paths; comparison by value',
      'types-variant',
      'SELECT PARSE_JSON(\'{"a":[1]}\'):a[0]::INT',
    ),
    approximated(
      'Numbers within VARIANTs',
      'those inside objects and arrays keep 17 significant digits once a path reads them; arithmetic on a VARIANT is FLOAT',
      "SELECT PARSE_JSON('1.5') + 1",
    ),
    approximated(
      'Dates and timestamps within VARIANTs',
      'they are kept as text, and TYPEOF says VARCHAR',
      "SELECT TO_VARIANT('2024-01-31'::DATE)",
    ),
    refused(
      'Structured types ARRAY(…), OBJECT(…), MAP(…)',
      'use the semi-structured ARRAY and OBJECT',
      'SELECT [1]::ARRAY(INT)',
    ),
    refused('VECTOR', 'not here', 'SELECT [1.5]::VECTOR(FLOAT, 1)'),
    refused('DECFLOAT', 'not here', 'SELECT 1::DECFLOAT'),
    refused('GEOGRAPHY, GEOMETRY', 'not here', "SELECT 'POINT(1 1)'::GEOGRAPHY"),
    refused('UUID, FILE', 'not here', "SELECT 'a'::UUID"),
    supported('CAST, ::, TRY_CAST', 'casts', "SELECT TRY_CAST('x' AS INT)"),
  ],
};
