-- Three layers: bronze as it arrived, silver clean and current, gold for the business.
CREATE SCHEMA IF NOT EXISTS BRONZE COMMENT = 'Raw data as it arrived: append only, with file name, row and load id';
CREATE SCHEMA IF NOT EXISTS SILVER COMMENT = 'Deduplicated, typed and conformed: one current row per key';
CREATE SCHEMA IF NOT EXISTS GOLD COMMENT = 'Business views';

CREATE FILE FORMAT IF NOT EXISTS BRONZE.PARQUET_FORMAT
  TYPE = PARQUET
  USE_LOGICAL_TYPE = TRUE
  COMMENT = 'Sales batches written by the extract action';

CREATE FILE FORMAT IF NOT EXISTS BRONZE.JSON_LINES_FORMAT
  TYPE = JSON
  COMMENT = 'One product per line, gzip';

CREATE FILE FORMAT IF NOT EXISTS BRONZE.CSV_FORMAT
  TYPE = CSV
  SKIP_HEADER = 1
  FIELD_OPTIONALLY_ENCLOSED_BY = '"'
  EMPTY_FIELD_AS_NULL = TRUE
  NULL_IF = ('')
  ESCAPE_UNENCLOSED_FIELD = NONE
  COMMENT = 'Customer files as load-customers writes them: UTF-8, comma, header';
