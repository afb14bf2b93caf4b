/** The application for an extraction: everything that is asked for, as it is stored, approved and run. */
import { digestOf, type Json } from '../core/json.ts';
import type { RowQuery } from '../core/product.ts';
import type { Site } from '../core/site.ts';
import type { RuleDigests } from './extract-rules.ts';
import type { Guarded, GuardRules } from './sql/guard.ts';
import { placeholder } from './sql/lexer.ts';
import type { Dialect } from './sql/refusal.ts';

export const FORMATS = ['csv', 'xlsx', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

export interface Application {
  readonly id: string;
  /** Name of the file that is made, without its endings. */
  readonly name: string;
  readonly database: string;
  /** Tables it reads, as the guard found them. */
  readonly tables: readonly string[];
  /** As written, comments and all. */
  readonly sql: string;
  readonly binds: Readonly<Record<string, string>>;
  readonly purpose: string;
  readonly basis: string;
  readonly limit: number;
  readonly clear: readonly string[];
  readonly format: Format;
  /** CSV begins with a byte order mark, by which Excel and WPS know UTF-8. */
  readonly bom: boolean;
  /** May also be opened by a passphrase that is asked for when the file is made. */
  readonly passphrase: boolean;
  /** From a saved, reviewed extract: judged as such; else ad hoc, judged harder. */
  readonly saved: boolean;
  /** Read in parts by a key; applications of older versions never are. */
  readonly parts?: boolean;
  readonly requester: string;
  /** `unit` as the roster had it when applied for: another than the data's owner needs the owner's approval. */
  readonly recipients: readonly { readonly operator: string; readonly age: string; readonly unit?: string }[];
  /** The site's rules it was judged by, and whether somebody entitled had approved each: if not, they sign now. */
  readonly rules: RuleDigests & { readonly approved: Readonly<Record<keyof RuleDigests, boolean>> };
  /** ISO date by which the data must be destroyed. */
  readonly destroyBy: string;
  /** What the guard made of the columns when it was applied for; another result later is refused. */
  readonly columns: readonly { readonly name: string; readonly mask: string }[];
  /** ISO times. */
  readonly applied: string;
  readonly expires: string;
}

export function dialectOf(site: Site, database: string): Dialect {
  return site.databases[database]?.kind ?? 'oracle';
}

/** The rules by which the site judges a statement on one of its databases. */
export function guardRules(
  site: Site,
  { database, clear, saved = false }: { database: string; clear: readonly string[]; saved?: boolean },
): Omit<GuardRules, 'catalogue'> {
  const classification = site.classification[database] ?? {};
  return { dialect: dialectOf(site, database), classification, clear, saved };
}

/** The bounded read of a judged statement: binds by place, tables by name. */
export function queryOf(
  asked: Pick<Application, 'database' | 'binds' | 'limit'>,
  judged: Pick<Guarded, 'dialect' | 'text' | 'binds' | 'tables' | 'leaksOrder' | 'sorted'>,
  timeout: number,
): RowQuery {
  const binds = judged.binds.map(
    (name, i) => [placeholder(judged.dialect, i + 1), bindOf(asked.binds[name] ?? '')] as const,
  );
  const { database, limit } = asked;
  return {
    database,
    sql: judged.text,
    binds: Object.fromEntries(binds),
    limit,
    timeout,
    tables: judged.tables,
    shuffled: judged.leaksOrder && !judged.sorted,
  };
}

/** A whole number goes as a number; one with leading zeros or more digits than a double holds is text. */
function bindOf(value: string): string | number {
  return /^(0|-?[1-9]\d{0,14})$/.test(value) ? Number(value) : value;
}

/** What identifies a database whatever its alias: what the server says of itself, and which tables are read with which columns. */
export function databaseIdentity(fingerprint: Readonly<Record<string, string>>, tables: Json): Json {
  return { fingerprint, tables: digestOf(tables) };
}
