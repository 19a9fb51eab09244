/** Words in the name of a column that holds an amount of money; a total may be one of anything but at the end. */
const MONEY =
  /(?:^|_)(?:AMOUNT|PRICE|COST|FEE|TAX|VAT|REVENUE|MARGIN|PROFIT|BALANCE|SALARY|REFUND|DISCOUNT|PAYMENT|USD|EUR|GBP)(?:_|$)|(?:^|_)(?:SUB)?TOTAL$/;
/** A share or a rate of money is none. */
const SHARE =
  /(?:^|_)(?:PCT|PERCENT|RATE|RATIO|SHARE|COUNT|QUANTITY|ID|CODE|CURRENCY|AT|DATE|NAME|TYPE|STATUS)$/;

export function isMoney(column: string): boolean {
  const name = column.toUpperCase();
  return MONEY.test(name) && !SHARE.test(name);
}
