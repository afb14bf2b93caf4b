/** How a command is declared: data for help and completion, and a lazily loaded function from a Call to a Report. */
import type { Report } from '../core/report.ts';
import type { Session } from '../core/session.ts';
import type { Text } from '../core/text.ts';

/** Where completion finds live values. */
export type Values =
  | 'hosts'
  | 'databases'
  | 'runs'
  | 'open-runs'
  | 'runbooks'
  | 'operators'
  | 'approvals'
  | 'extracts'
  | 'rules'
  | 'files';

export interface Option {
  /** commander's spelling, e.g. `--rows <n>`; `<k=v...>` may be given several times. */
  readonly flags: string;
  readonly title: Text;
  readonly choices?: readonly string[];
  readonly complete?: Values;
}

export interface Argument {
  /** commander's spelling without brackets, e.g. `name`, `file...`. */
  readonly name: string;
  readonly title: Text;
  readonly optional?: boolean;
  readonly complete?: Values;
}

/** What `main` hands over. Options are named in camelCase as commander does; repeated ones are arrays. */
export interface Call {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly session: Session;
  readonly execute: boolean;
  /** Shows a Report before a question is asked, on the terminal's standard error; resolves to true where it need not be shown again. */
  show(report: Report): Promise<unknown>;
  /** Bytes of a file that the person named (`flag` says where), relative to the working folder; Stop('usage') where it cannot be read or exceeds `most` bytes. */
  read(flag: string, path: string, most?: number): Promise<Uint8Array>;
  /** The same in pieces, for a file of any length. A piece holds until the next one is asked for. */
  pieces(flag: string, path: string): AsyncIterable<Uint8Array>;
}

/** reading never changes anything; recording writes the journal only; acting rehearses unless `--execute`. */
export interface Verb {
  readonly name: string;
  readonly title: Text;
  readonly kind: 'reading' | 'recording' | 'acting';
  /** What it changes, where the kind does not tell all. */
  readonly changes?: Text;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  /** Whole command lines shown under the help. */
  readonly examples?: readonly string[];
  /** `none`: runs without a site.yml (site init, completion, schema); session.site is then an empty site in the given folder. */
  readonly site?: 'needed' | 'none';
  load(): Promise<{ run(call: Call): Promise<Report> }>;
}

export interface Noun {
  readonly name: string;
  readonly group: 'do' | 'watch' | 'desk' | 'rest';
  readonly title: Text;
  /** A noun that is itself a command (doctor, approve, reject) has one verb named ''. */
  readonly verbs: readonly Verb[];
}
