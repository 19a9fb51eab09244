const CODES: Record<string, string> = {
  ...fill('BFPV', '1'),
  ...fill('CGJKQSXZ', '2'),
  ...fill('DT', '3'),
  ...fill('L', '4'),
  ...fill('MN', '5'),
  ...fill('R', '6'),
};

function fill(letters: string, code: string): Record<string, string> {
  return Object.fromEntries([...letters].map((letter) => [letter, code]));
}

/** SOUNDEX: a letter and three digits; letters of one code count once, also around H and W. */
export function soundex(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, '');
  if (letters === '') return '';
  let result = letters[0]!;
  let previous = CODES[result] ?? '';
  for (const letter of letters.slice(1)) {
    const code = CODES[letter] ?? '';
    if (code !== '' && code !== previous) result += code;
    if (letter !== 'H' && letter !== 'W') previous = code;
  }
  return result.slice(0, 4).padEnd(4, '0');
}

/** PARSE_URL: the parts as JSON text with sorted keys, or null when it is no URL. */
export function parseUrl(text: string): string | null {
  const found =
    /^([a-z][a-z0-9+.-]*):(?:\/\/((?:[^/?#@]*@)?[^/?#:]*)(?::(\d+))?)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/i.exec(
      text,
    );
  if (!found) return null;
  const [, scheme, host, port, path = '', query, fragment] = found;
  const pairs = query === undefined ? null : query.split('&').map((pair) => pair.split(/=(.*)/s));
  const parameters =
    pairs && Object.fromEntries(pairs.map(([key = '', value]) => [key, value ?? null]).sort());
  return JSON.stringify({
    fragment: fragment ?? null,
    host: host ?? null,
    parameters,
    path: path.replace(/^\//, ''),
    port: port ?? null,
    query: query ?? null,
    scheme: scheme?.toLowerCase(),
  });
}

/** INITCAP: the first letter of each word upper case, the rest lower; words end at any of the delimiters. */
export function initcap(text: string, delimiters: string): string {
  let atStart = true;
  let result = '';
  for (const character of text) {
    result += atStart ? character.toUpperCase() : character.toLowerCase();
    atStart = delimiters.includes(character);
  }
  return result;
}

/** STRTOK_TO_ARRAY: the non-empty pieces between characters of `delimiters`, as JSON text. */
export function tokens(text: string, delimiters: string): string {
  const found: string[] = [];
  let token = '';
  for (const character of text) {
    if (!delimiters.includes(character)) token += character;
    else if (token !== '') {
      found.push(token);
      token = '';
    }
  }
  if (token !== '') found.push(token);
  return JSON.stringify(found);
}
