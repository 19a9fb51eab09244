import { AGGREGATES } from './aggregates.ts';
import { ARRAYS } from './arrays.ts';
import { CONDITIONAL } from './conditional.ts';
import { CONTEXT } from './context-functions.ts';
import { CONVERSION } from './conversion.ts';
import { DATE_MAKING } from './date-making.ts';
import { DATES } from './dates.ts';
import { ENCODING } from './encoding.ts';
import { EXTRACT } from './extract.ts';
import { NUMBERS } from './numbers.ts';
import { OBJECTS } from './objects.ts';
import { REGEXP } from './regexp.ts';
import type { FunctionDefinition } from './registry.ts';
import { ROUNDING } from './rounding.ts';
import { SEMI_STRUCTURED } from './semi-structured.ts';
import { STRINGS } from './strings.ts';
import { WINDOWS } from './windows.ts';

/** Every function, in the groups of the reference. */
export const ALL: FunctionDefinition[] = [
  CONDITIONAL,
  NUMBERS,
  ROUNDING,
  STRINGS,
  REGEXP,
  ENCODING,
  DATES,
  EXTRACT,
  DATE_MAKING,
  CONVERSION,
  SEMI_STRUCTURED,
  OBJECTS,
  ARRAYS,
  AGGREGATES,
  WINDOWS,
  CONTEXT,
].flat();
