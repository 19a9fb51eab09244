-- Snowpipe loads each part when it lands; the load id is part of the key that the extract chose.
CREATE PIPE IF NOT EXISTS BRONZE.SALES_TRANSACTIONS_PIPE
  AUTO_INGEST = TRUE
  COMMENT = 'Parquet parts of sales_transactions'
AS
COPY INTO BRONZE.SALES_TRANSACTIONS (
  TRANSACTION_ID, STORE_ID, CUSTOMER_ID, CHANNEL, CURRENCY, FX_RATE_TO_USD, STATUS, ORDERED_AT, NOTES,
  CREATED_AT, UPDATED_AT, _FILE_NAME, _FILE_ROW, _LOAD_ID
)
FROM (
  SELECT
    $1:transaction_id::NUMBER(19,0),
    $1:store_id::NUMBER(10,0),
    $1:customer_id::NUMBER(10,0),
    $1:channel::VARCHAR(20),
    $1:currency::VARCHAR(3),
    $1:fx_rate_to_usd::NUMBER(18,8),
    $1:status::VARCHAR(20),
    $1:ordered_at::TIMESTAMP_LTZ(6),
    $1:notes::VARCHAR,
    $1:created_at::TIMESTAMP_LTZ(6),
    $1:updated_at::TIMESTAMP_LTZ(6),
    METADATA$FILENAME,
    METADATA$FILE_ROW_NUMBER,
    REGEXP_SUBSTR(METADATA$FILENAME, 'load_id=([^/]+)', 1, 1, 'e', 1)
  FROM @BRONZE.LAKE_STAGE/bronze/sales/public.sales_transactions/
)
FILE_FORMAT = (FORMAT_NAME = 'BRONZE.PARQUET_FORMAT')
PATTERN = '.*part-[0-9a-f]+-[0-9]+[.]parquet'
ON_ERROR = SKIP_FILE;

CREATE PIPE IF NOT EXISTS BRONZE.SALES_DETAILS_PIPE
  AUTO_INGEST = TRUE
  COMMENT = 'Parquet parts of sales_details'
AS
COPY INTO BRONZE.SALES_DETAILS (
  TRANSACTION_ID, LINE_NUMBER, PRODUCT_ID, QUANTITY, UNIT_PRICE, DISCOUNT_PCT, LINE_AMOUNT,
  RETURNED_QUANTITY, ATTRIBUTES, UPDATED_AT, _FILE_NAME, _FILE_ROW, _LOAD_ID
)
FROM (
  SELECT
    $1:transaction_id::NUMBER(19,0),
    $1:line_number::NUMBER(5,0),
    $1:product_id::NUMBER(10,0),
    $1:quantity::NUMBER(10,0),
    $1:unit_price::NUMBER(12,2),
    $1:discount_pct::NUMBER(5,2),
    $1:line_amount::NUMBER(14,2),
    $1:returned_quantity::NUMBER(10,0),
    PARSE_JSON($1:attributes::VARCHAR),
    $1:updated_at::TIMESTAMP_LTZ(6),
    METADATA$FILENAME,
    METADATA$FILE_ROW_NUMBER,
    REGEXP_SUBSTR(METADATA$FILENAME, 'load_id=([^/]+)', 1, 1, 'e', 1)
  FROM @BRONZE.LAKE_STAGE/bronze/sales/public.sales_details/
)
FILE_FORMAT = (FORMAT_NAME = 'BRONZE.PARQUET_FORMAT')
PATTERN = '.*part-[0-9a-f]+-[0-9]+[.]parquet'
ON_ERROR = SKIP_FILE;

CREATE PIPE IF NOT EXISTS BRONZE.PRODUCTS_PIPE
  AUTO_INGEST = TRUE
  COMMENT = 'JSON parts of the product catalogue'
AS
COPY INTO BRONZE.PRODUCTS (PRODUCT, _FILE_NAME, _FILE_ROW, _LOAD_ID)
FROM (
  SELECT
    $1,
    METADATA$FILENAME,
    METADATA$FILE_ROW_NUMBER,
    REGEXP_SUBSTR(METADATA$FILENAME, 'load_id=([^/]+)', 1, 1, 'e', 1)
  FROM @BRONZE.LAKE_STAGE/bronze/catalog/products/
)
FILE_FORMAT = (FORMAT_NAME = 'BRONZE.JSON_LINES_FORMAT')
PATTERN = '.*part-[0-9a-f]+-[0-9]+[.]json[.]gz'
ON_ERROR = SKIP_FILE;
