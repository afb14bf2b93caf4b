/** The statement that is applied for: a file, or a saved extract whose inputs are typed. */
import { notAllowed } from '../../core/nearest.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Application } from '../../rules/application.ts';
import { type ExtractTemplate, misfit, parseTemplate } from '../../rules/extract-template.ts';
import type { Call } from '../command.ts';
import { NOTHING, wrong } from './application.ts';

type Statement = Pick<Application, 'name' | 'sql' | 'binds'>;

/** Exactly one of --sql-file and --extract. */
export async function statementOf(call: Call, binds: Readonly<Record<string, string>>): Promise<Statement> {
  const { sqlFile, extract } = call.options;
  if (typeof sqlFile === 'string' && extract === undefined)
    return { name: 'extract', sql: await sqlIn(call, sqlFile), binds };
  if (typeof extract !== 'string' || sqlFile !== undefined)
    throw wrong('--sql-file', undefined, t('one of --sql-file FILE and --extract NAME'));
  const template = await savedExtract(call, extract);
  checkBinds(template, binds);
  return { name: extract, sql: template.sql, binds };
}

async function sqlIn(call: Call, file: string): Promise<string> {
  const sql = decoded(await call.read('--sql-file', file, 400_000), file);
  if (sql.replace(/^\ufeff/, '').trim() !== '') return sql;
  throw emptyFile(file);
}

/** A file in which there is nothing, or nothing but comments. */
export function emptyFile(file: string): Stop {
  return new Stop('usage', t('--sql-file: {file} holds no statement. Allowed: a file with one SELECT.', { file }), {
    notDone: NOTHING,
    next: ['gxops extract apply --help'],
    place: { file },
  });
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Stop('usage', t('{file} is not UTF-8', { file }), { notDone: NOTHING });
  }
}

/** The site's own stands before the shipped one of the same name. */
async function savedExtract(call: Call, name: string): Promise<ExtractTemplate> {
  const { keep } = call.session.world;
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) throw wrong('--extract', name, t('small letters, digits and dashes'));
  const file = `templates/extracts/${name}.sql`;
  const own = await keep.fetch(file);
  if (own !== undefined) return parseTemplate(decoded(own, file), file);
  const shipped = await keep.template(`extracts/${name}.sql`).catch(() => undefined);
  if (shipped !== undefined) return parseTemplate(shipped, file);
  const names = (await keep.files('templates/extracts')).map((one) => one.replace(/\.sql$/, ''));
  throw notAllowed('--extract', name, [...new Set([...names, 'invoices-of-region'])]);
}

function checkBinds({ inputs }: ExtractTemplate, binds: Readonly<Record<string, string>>): void {
  const names = inputs.map(({ name }) => name);
  for (const name of Object.keys(binds)) if (!names.includes(name)) throw notAllowed('--bind', name, names);
  for (const input of inputs) {
    const value = binds[input.name];
    if (value === undefined) throw wrong(`--bind ${input.name}`, undefined, input.title);
    const allowed = misfit(input, value);
    if (allowed !== undefined) throw wrong(`--bind ${input.name}`, value, allowed);
  }
}
