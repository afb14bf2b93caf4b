/** What every command returns; views draw it as terminal, Markdown, HTML, DOCX or JSON. */
import type { Document } from './document.ts';
import type { Finding } from './finding.ts';
import type { Json } from './json.ts';
import type { Plan } from './plan.ts';
import type { Text } from './text.ts';
import type { Verdict } from './verdict.ts';

export interface Report {
  readonly title: Text;
  readonly verdict: Verdict;
  /** Only where a command has a table of its own (`audit verify`). */
  readonly exit?: number;
  readonly run?: string;
  readonly sections: readonly Section[];
  /** Facts for machines; names as in cli.md. */
  readonly data: Json;
  /** Commands to type next, each whole and quoted for a shell. */
  readonly next?: readonly string[];
  /** The paper form of it, where there is one: what DOCX draws instead of the sections. */
  readonly document?: Document;
}

export type Section =
  | { readonly kind: 'text'; readonly heading?: Text; readonly lines: readonly Text[] }
  | { readonly kind: 'findings'; readonly heading: Text; readonly findings: readonly Finding[] }
  | { readonly kind: 'plan'; readonly heading: Text; readonly plan: Plan }
  | {
      readonly kind: 'table';
      readonly heading: Text;
      readonly columns: readonly Text[];
      readonly rows: readonly (readonly Text[])[];
    }
  | { readonly kind: 'facts'; readonly heading?: Text; readonly facts: readonly (readonly [Text, Text])[] }
  /** Numbered steps for a person, e.g. what remains after a half-done undo, or a paper checklist's line with a box. */
  | { readonly kind: 'todo'; readonly heading: Text; readonly items: readonly Text[] }
  /** Text to be shown as it is: a script, a schema, a YAML file. */
  | { readonly kind: 'verbatim'; readonly heading?: Text; readonly text: string };
