/** The statement that is asked for: a file, or a saved one whose inputs are typed. */
import { splitPairs } from '../../core/inputs.ts';
import { notAllowed } from '../../core/nearest.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Application } from '../../rules/application.ts';
import { type ExtractTemplate, misfit, parseTemplate } from '../../rules/extract-template.ts';
import type { Call } from '../command.ts';

export type Statement = Pick<Application, 'name' | 'sql' | 'binds'>;
export type Binds = Readonly<Record<string, string>>;

/** Whose statement it is: what a refusal says was not done, and where its help stands. `folder` of templates holds the saved ones. */
export interface Desk {
  readonly nothing: Text;
  /** The title of its refusal. */
  readonly refused: Text;
  readonly help: string;
  readonly folder: string;
  readonly saved: string;
}

export const APPLY: Desk = {
  refused: t('The application is refused'),
  nothing: t('Nothing was applied for or recorded.'),
  help: 'gxops extract apply --help',
  folder: 'extracts',
  saved: '--extract',
};

/** Exactly one of --sql-file and --extract. */
export async function statementOf(call: Call, binds: Binds): Promise<Statement> {
  const { sqlFile, extract } = call.options;
  if (typeof sqlFile === 'string' && extract === undefined)
    return { name: 'extract', sql: await sqlIn(call, sqlFile, APPLY), binds };
  if (typeof extract !== 'string' || sqlFile !== undefined)
    throw unfit('--sql-file', undefined, t('one of --sql-file FILE and --extract NAME'), APPLY);
  return savedStatement(call, extract, binds, APPLY);
}

/** A saved statement by its name, with values for its inputs that fit them. */
export async function savedStatement(call: Call, name: string, binds: Binds, desk: Desk): Promise<Statement> {
  const template = await savedTemplate(call, name, desk);
  checkBinds(template, binds, desk);
  return { name, sql: template.sql, binds };
}

/** The text of `--sql-file`. */
export async function sqlIn(call: Call, file: string, desk: Desk): Promise<string> {
  const sql = decoded(await call.read('--sql-file', file, 400_000), file, desk);
  if (sql.replace(/^\ufeff/, '').trim() !== '') return sql;
  throw emptyFile(file, desk);
}

/** A file in which there is nothing, or nothing but comments. */
export function emptyFile(file: string, desk: Desk = APPLY): Stop {
  return new Stop('usage', t('--sql-file: {file} holds no statement. Allowed: a file with one SELECT.', { file }), {
    notDone: desk.nothing,
    next: [desk.help],
    place: { file },
  });
}

/** A flag whose value is missing or does not fit. */
export function unfit(flag: string, value: string | undefined, allowed: Text, desk: Desk): Stop {
  const values = { flag, value: value?.slice(0, 100) ?? '', allowed };
  const text =
    value === undefined
      ? t('{flag} is missing. Allowed: {allowed}.', values)
      : t('{flag}: “{value}” does not fit. Allowed: {allowed}.', values);
  return new Stop('usage', text, { notDone: desk.nothing, next: [desk.help] });
}

function decoded(bytes: Uint8Array, file: string, desk: Desk): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Stop('usage', t('{file} is not UTF-8', { file }), { notDone: desk.nothing });
  }
}

/** The site's own stands before the shipped one of the same name. */
async function savedTemplate(call: Call, name: string, desk: Desk): Promise<ExtractTemplate> {
  const { keep } = call.session.world;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    throw unfit(desk.saved, name, t('small letters, digits and dashes'), desk);
  const file = `templates/${desk.folder}/${name}.sql`;
  const own = await keep.fetch(file);
  if (own !== undefined) return parseTemplate(decoded(own, file, desk), file);
  const shipped = await keep.template(`${desk.folder}/${name}.sql`).catch(() => undefined);
  if (shipped !== undefined) return parseTemplate(shipped, file);
  const names = (await keep.files(`templates/${desk.folder}`)).map((one) => one.replace(/\.sql$/, ''));
  throw notAllowed(desk.saved, name, [...new Set([...names, ...(SHIPPED[desk.folder] ?? [])])]);
}
const SHIPPED: Readonly<Record<string, readonly string[]>> = {
  extracts: ['invoices-of-region'],
  queries: ['invoice-by-number', 'invoices-by-status'],
};

function checkBinds({ inputs }: ExtractTemplate, binds: Binds, desk: Desk): void {
  const names = inputs.map(({ name }) => name);
  for (const name of Object.keys(binds)) if (!names.includes(name)) throw notAllowed('--bind', name, names);
  for (const input of inputs) {
    const value = binds[input.name];
    if (value === undefined) throw unfit(`--bind ${input.name}`, undefined, input.title, desk);
    const allowed = misfit(input, value);
    if (allowed !== undefined) throw unfit(`--bind ${input.name}`, value, allowed, desk);
  }
}

/** The values of `--bind`: text, each given once. */
export function bindsOf(value: Call['options'][string], desk: Desk): Binds {
  const pairs = splitPairs('--bind', typeof value === 'string' ? [value] : Array.isArray(value) ? value : []);
  return Object.fromEntries(
    Object.entries(pairs).map(([name, one]) => {
      if (typeof one !== 'string') throw unfit(`--bind ${name}`, one.join(', '), t('one value, given once'), desk);
      if (one.includes('\0')) throw unfit(`--bind ${name}`, undefined, t('text without NUL'), desk);
      return [name, one];
    }),
  );
}

/** Every bind of the statement has a value, and every value a bind. */
export function insistOnBinds(binds: Binds, names: readonly string[], desk: Desk): void {
  for (const name of names)
    if (!Object.hasOwn(binds, name)) throw unfit(`--bind ${name}`, undefined, t('a value for :{name}', { name }), desk);
  const spare = Object.keys(binds).find((name) => !names.includes(name));
  if (spare === undefined) return;
  throw unfit('--bind', spare, t('the binds of the statement: {names}', { names: names.join(', ') || '–' }), desk);
}
