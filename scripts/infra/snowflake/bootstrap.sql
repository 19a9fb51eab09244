-- Run once per environment by an account administrator (the local stack runs it too). Everything after this is
-- done by migrations as the role {{ role }}.
USE ROLE ACCOUNTADMIN;

CREATE WAREHOUSE IF NOT EXISTS {{ warehouse }}
  WAREHOUSE_SIZE = XSMALL
  AUTO_SUSPEND = 60
  AUTO_RESUME = TRUE
  INITIALLY_SUSPENDED = TRUE;

CREATE ROLE IF NOT EXISTS {{ role }};
GRANT ROLE {{ role }} TO ROLE SYSADMIN;

CREATE DATABASE IF NOT EXISTS {{ database }};
GRANT OWNERSHIP ON DATABASE {{ database }} TO ROLE {{ role }} COPY CURRENT GRANTS;
GRANT USAGE, OPERATE ON WAREHOUSE {{ warehouse }} TO ROLE {{ role }};
GRANT EXECUTE TASK ON ACCOUNT TO ROLE {{ role }};

-- Afterwards: DESC INTEGRATION {{ storage_integration }} gives the IAM user and external id for the role's trust policy.
CREATE STORAGE INTEGRATION IF NOT EXISTS {{ storage_integration }}
  TYPE = EXTERNAL_STAGE
  STORAGE_PROVIDER = 'S3'
  ENABLED = TRUE
  STORAGE_AWS_ROLE_ARN = '{{ storage_role_arn }}'
  STORAGE_ALLOWED_LOCATIONS = ('{{ lake_url }}');
GRANT USAGE ON INTEGRATION {{ storage_integration }} TO ROLE {{ role }};
