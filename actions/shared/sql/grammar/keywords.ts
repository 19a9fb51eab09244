const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/));

/**
 * Words that are never an unquoted name.
 * https://docs.snowflake.com/en/sql-reference/reserved-keywords, those reserved by ANSI or Snowflake.
 */
export const reserved = words(
  `ALL ALTER AND ANY AS BETWEEN BY CHECK COLUMN CONNECT CREATE CURRENT DELETE DISTINCT DROP ELSE EXISTS
   FOLLOWING FOR FROM GRANT GROUP HAVING ILIKE IN INCREMENT INSERT INTERSECT INTO IS LIKE MINUS NOT NULL OF ON
   OR ORDER QUALIFY REGEXP REVOKE RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE TABLESAMPLE THEN TO TRIGGER
   UNION UNIQUE UPDATE VALUES WHENEVER WHERE WITH`,
);

/** Same page: "cannot be used as column reference in a scalar expression". */
export const notColumns = words('CASE CAST FALSE TRUE TRY_CAST WHEN');

/** Same page: "cannot be used as table name or alias in a FROM clause", with the words that follow a table. */
export const notTableAliases = words(
  `CROSS FULL INNER JOIN LATERAL LEFT NATURAL RIGHT USING WHEN ASOF MATCH_CONDITION PIVOT UNPIVOT LIMIT FETCH
   OFFSET EXCEPT MATCH_RECOGNIZE DIRECTED OUTER`,
);

/** Same page: the words that are no table's name. PIVOT and the rest above may be one. */
export const notTables = words('CROSS FULL INNER JOIN LATERAL LEFT NATURAL RIGHT USING');

/** Words that end a select list's expression rather than name it. */
export const notColumnAliases = words(
  'LIMIT FETCH OFFSET EXCEPT WHEN USING END JOIN CROSS INNER LEFT RIGHT FULL',
);

/** Called without parentheses. https://docs.snowflake.com/en/sql-reference/functions-context */
export const bareFunctions = words(
  'CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER LOCALTIME LOCALTIMESTAMP',
);

/** Reserved words that are functions when a parenthesis follows. */
export const reservedFunctions = words('INSERT LIKE ILIKE RLIKE REGEXP ANY ALL ROW SAMPLE INCREMENT CHECK');

/** `DATE '2026-01-31'` */
export const literalTypes = words(
  'DATE TIME TIMESTAMP DATETIME TIMESTAMP_NTZ TIMESTAMP_LTZ TIMESTAMP_TZ TIMESTAMPNTZ TIMESTAMPLTZ TIMESTAMPTZ',
);
