/** What a runbook is told before it begins. */
import type { Text } from './text.ts';

/** A declared input. `list` is comma-separated on the command line; the named kinds take a name from site.yml or the roster. */
export interface Input {
  readonly name: string;
  readonly title: Text;
  readonly type:
    | 'string'
    | 'integer'
    | 'boolean'
    | 'enum'
    | 'list'
    | 'date'
    | 'host'
    | 'database'
    | 'redis'
    | 'search'
    | 'goldengate';
  readonly required?: boolean;
  readonly default?: InputValue;
  readonly choices?: readonly string[];
  /** Anchored regular expression for strings and list items. */
  readonly match?: string;
  readonly example?: string;
}
export type InputValue = string | number | boolean | readonly string[];
export type Inputs = Readonly<Record<string, InputValue>>;
