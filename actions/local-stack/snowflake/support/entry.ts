/** What the local Snowflake does with a construct of Snowflake's language. */
export interface SupportEntry {
  construct: string;
  status: 'supported' | 'approximated' | 'refused';
  /** How it differs, or why it is refused: always with the last two. */
  how?: string;
  /** Folder of test/conformance whose cases cover it. */
  topic?: string;
  /** Statements that show it: they run, or the last one is refused with 999001. */
  example: readonly string[];
}

export type SupportArea = { area: string; entries: readonly SupportEntry[] };

export function supported(construct: string, topic: string, ...example: string[]): SupportEntry {
  return { construct, status: 'supported', topic, example };
}

export function approximated(construct: string, how: string, ...example: string[]): SupportEntry {
  return { construct, status: 'approximated', how, example };
}

export function refused(construct: string, how: string, ...example: string[]): SupportEntry {
  return { construct, status: 'refused', how, example };
}
