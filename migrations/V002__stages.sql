-- The lake, read through the storage integration that the bootstrap created: no keys in SQL.
CREATE STAGE IF NOT EXISTS BRONZE.LAKE_STAGE
  URL = '{{ lake_url }}'
  STORAGE_INTEGRATION = {{ storage_integration }}
  COMMENT = 'The S3 lake: bronze/<source>/<table>/ingest_date=…/load_id=…/';

CREATE STAGE IF NOT EXISTS BRONZE.CUSTOMERS_STAGE
  FILE_FORMAT = (FORMAT_NAME = 'BRONZE.CSV_FORMAT')
  COMMENT = 'Customer files that are uploaded by hand';
