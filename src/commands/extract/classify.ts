/** `extract classify`: proposes what every column of a database is, from names and a sample or from an edited file; the owner confirms. */
import { notAllowed } from '../../core/nearest.ts';
import type { Report } from '../../core/report.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import { rosterOf } from '../../records/roster.ts';
import { readDictionary } from '../../rules/dictionary.ts';
import { refusal } from '../../rules/problem.ts';
import type { Call } from '../command.ts';
import { insistActive, insistUndertaking } from '../operator/active.ts';
import { proposeDictionary } from './classify-proposal.ts';
import { sampled } from './classify-sample.ts';

const NOTHING = t('Nothing was proposed or recorded.');
const MOST_ROWS = 100_000;
const USUAL_ROWS = 1_000;

/** Data `{id, database, version, digest, columns}`; `id` null where nothing differs from what is in force. Ends 0; the approval is the next step. */
export async function run(call: Call): Promise<Report> {
  const { options, session } = call;
  const { site, world, operator } = session;
  const database = databaseOf(call);
  const roster = await rosterOf(world.keep);
  insistUndertaking('--as', insistActive('--as', operator, roster), site, world.now());
  const version = (site.dictionaries?.[database]?.version ?? 0) + 1;
  const tables = many(options.table);
  if (typeof options.file !== 'string') {
    const found = await sampled({ database, tables, rows: rowsOf(options.rows) }, session);
    return proposeDictionary(call, { ...found, database, version });
  }
  if (options.rows !== undefined || tables.length > 0)
    throw usage(t('--file proposes a file as it stands: --table and --rows do not go with it.'));
  return proposeDictionary(call, { ...(await fromFile(call, options.file, database, version)), database, version });
}

function databaseOf({ options, session }: Call): string {
  const names = Object.keys(session.site.databases);
  const database = options.database;
  if (typeof database !== 'string')
    throw usage(t('--database is missing. Allowed: {names}.', { names: names.join(', ') }));
  if (!names.includes(database)) throw notAllowed('--database', database, names, ['gxops site show']);
  if (!database.endsWith('.proposed')) return database;
  throw usage(
    t('--database: a name that ends with .proposed is that of a proposal; call the database otherwise in site.yml.'),
  );
}

function usage(text: ReturnType<typeof t>): Stop {
  return new Stop('usage', text, { notDone: NOTHING, next: ['gxops extract classify --help'] });
}

function many(value: Call['options'][string]): string[] {
  const words = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  const names = words.flatMap((word: string) => word.split(',')).map((word) => word.trim().toLowerCase());
  return [...new Set(names)].filter((word) => word !== '');
}

function rowsOf(value: Call['options'][string]): number {
  if (value === undefined) return USUAL_ROWS;
  const rows = typeof value === 'string' && /^[1-9]\d{0,6}$/.test(value) ? Number(value) : 0;
  if (rows >= 1 && rows <= MOST_ROWS) return rows;
  throw usage(
    t('--rows: “{value}” does not fit. Allowed: {allowed}.', {
      value: String(value),
      allowed: t('a whole number from 1 to {most}', { most: MOST_ROWS }),
    }),
  );
}

/** Exactly the file, once it holds: its version must be the next one, so that nobody confirms an outdated copy. */
async function fromFile(call: Call, file: string, database: string, version: number) {
  const bytes = await call.read('--file', file, 16 * 1024 * 1024);
  const text = Buffer.from(bytes).toString('utf8');
  const { dictionary, problems } = readDictionary(text, database);
  if (dictionary === undefined) throw refusal(file, problems, ['gxops extract classify --help']);
  if (dictionary.version !== version) {
    const at = text.split('\n').findIndex((line) => /^version\s*:/.test(line)) + 1;
    throw new Stop(
      'usage',
      t('version is {given}; the next one of {database} is {version}', {
        given: dictionary.version,
        database,
        version,
      }),
      { notDone: NOTHING, place: { file, line: Math.max(1, at), column: 1 }, next: ['gxops site show'] },
    );
  }
  return { columns: dictionary.columns, text, judged: {}, notes: [] };
}
