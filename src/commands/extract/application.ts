/** Reads what was applied for from the flags; refuses what does not fit by the flag's name. */
import { isDate } from '../../core/inputs.ts';
import { notAllowed } from '../../core/nearest.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Keep } from '../../core/world.ts';
import { approvedRules } from '../../records/extract-rules.ts';
import { type Roster, rosterOf } from '../../records/roster.ts';
import { type Application, FORMATS, type Format } from '../../rules/application.ts';
import { ruleDigests, type SavedExtract } from '../../rules/extract-rules.ts';
import { XLSX_ROWS } from '../../rules/forms/xlsx.ts';
import type { Call } from '../command.ts';
import { insistActive, insistUndertaking } from '../operator/active.ts';
import { APPLY, bindsOf, statementOf, unfit } from './statement.ts';

export const NOTHING = APPLY.nothing;

/** What is asked for, before the guard has judged it. */
export type Asked = Omit<Application, 'id' | 'columns' | 'tables' | 'parts'>;

export async function askedFor(call: Call): Promise<Asked> {
  const { session, options } = call;
  const { site, operator, world } = session;
  const database = required('--database', options.database);
  if (!Object.hasOwn(site.databases, database))
    throw notAllowed('--database', database, Object.keys(site.databases), ['gxops site show']);
  const roster = await rosterOf(world.keep);
  insistUndertaking('--as', insistActive('--as', operator, roster), site, world.now());
  const format = formatOf(options.asFile);
  const statement = await statementOf(call, bindsOf(options.bind, APPLY));
  const now = world.now();
  return {
    ...statement,
    ...{ database, format, requester: operator },
    purpose: required('--purpose', options.purpose),
    basis: required('--basis', options.basis),
    limit: limitOf(options.limit, format, session),
    clear: many(options.clear),
    recipients: recipientsOf(many(options.recipient), operator, roster, session),
    ...{ bom: options.bom !== false, passphrase: options.passphrase === true, saved: options.extract !== undefined },
    rules: await rulesOf(database, session, options.extract === undefined ? undefined : statement),
    applied: now.toISOString(),
    destroyBy: destroyBy(options.destroyBy, session),
    expires: new Date(now.getTime() + lifeOf(options.expires, session)).toISOString(),
  };
}

/** An application without a purpose, a basis or a limit is none. */
function required(flag: string, value: Call['options'][string]): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '') throw wrong(flag, undefined, t('a text'));
  if (text.length > 500) throw wrong(flag, text, t('at most 500 characters'));
  return text;
}

export function wrong(flag: string, value: string | undefined, allowed: Text): Stop {
  return unfit(flag, value, allowed, APPLY);
}

function many(value: Call['options'][string]): string[] {
  const words = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  return [...new Set(words.flatMap((word: string) => word.split(',')).map((word) => word.trim()))].filter(
    (word) => word !== '',
  );
}

function formatOf(value: Call['options'][string]): Format {
  const asked = typeof value === 'string' ? value : 'csv';
  const found = FORMATS.find((format) => format === asked);
  if (found !== undefined) return found;
  throw notAllowed('--as-file', asked, FORMATS, ['gxops extract apply --help']);
}

function limitOf(value: Call['options'][string], format: Format, { site }: Session): number {
  const most = site.limits.rows;
  const allowed = t('a whole number from 1 to {most} (limits.rows of site.yml)', { most });
  if (typeof value !== 'string') throw wrong('--limit', undefined, allowed);
  const limit = /^[1-9]\d{0,14}$/.test(value) ? Number(value) : 0;
  if (limit < 1) throw wrong('--limit', value, allowed);
  if (limit > most)
    throw new Stop(
      'refused',
      t('--limit: {limit} rows are more than the {most} that site.yml allows', { limit, most }),
      {
        notDone: NOTHING,
        next: ['gxops site show'],
      },
    );
  if (format === 'xlsx' && limit > XLSX_ROWS)
    throw new Stop(
      'refused',
      t('--limit: {limit} rows are more than the {most} that a spreadsheet holds', { limit, most: XLSX_ROWS }),
      {
        notDone: NOTHING,
        next: ['gxops extract apply --as-file csv …'],
      },
    );
  return limit;
}

/** The site's rules for a database, and which of them somebody entitled has approved. */
export async function rulesOf(
  database: string,
  { site, world }: Session,
  saved?: SavedExtract,
): Promise<Application['rules']> {
  const digests = ruleDigests(site, database, saved);
  const approved = await approvedRules(world.keep);
  const template = saved === undefined || approved.has(digests.template) || (await isShipped(saved, world.keep));
  return {
    ...digests,
    approved: { rules: approved.has(digests.rules), dictionary: approved.has(digests.dictionary), template },
  };
}

/** A saved extract that came with the tool is reviewed. */
export async function isShipped({ name, sql }: SavedExtract, keep: Keep): Promise<boolean> {
  return (await keep.template(`extracts/${name}.sql`).catch(() => undefined)) === sql;
}

/** The day on which the data must be gone: as applied for, else the site's retention from now. */
function destroyBy(value: Call['options'][string], { site, world }: Session): string {
  const today = world.now().toISOString().slice(0, 10);
  if (value === undefined) return new Date(world.now().getTime() + site.limits.retention).toISOString().slice(0, 10);
  if (typeof value === 'string' && isDate(value) && value >= today) return value;
  throw wrong('--destroy-by', String(value), t('a date from today on, YYYY-MM-DD'));
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds an application holds. */
function lifeOf(value: Call['options'][string], { site }: Session): number {
  if (value === undefined) return site.limits.approvalExpires;
  const [, count, unit] = /^([1-9]\d{0,3})([mhd])$/.exec(String(value)) ?? [];
  const life = Number(count) * (UNITS[unit ?? ''] ?? 0);
  if (!(life > 0) || life > 90 * 86_400_000) throw wrong('--expires', String(value), t('30m, 12h, 7d; at most 90d'));
  return life;
}

/** Active operators other than the applicant, with a key to encrypt to. */
export function recipientsOf(
  names: readonly string[],
  requester: string,
  roster: Roster,
  { site, world }: Session,
): Application['recipients'] {
  if (names.length === 0) throw wrong('--recipient', undefined, t('an operator who receives the data'));
  return names.map((name) => {
    const line = insistActive('--recipient', name, roster);
    insistUndertaking('--recipient', line, site, world.now());
    const { age, roles, unit } = line;
    const trouble = !roles.includes('recipient')
      ? t('--recipient: {name} does not hold the role recipient', { name })
      : name === requester
        ? t('--recipient: {name} applies; who applies does not receive', { name })
        : age === undefined
          ? t('--recipient: {name} has no age key to encrypt to', { name })
          : undefined;
    if (trouble !== undefined || age === undefined)
      throw new Stop('refused', trouble ?? '', { notDone: NOTHING, next: ['gxops operator list'] });
    return { operator: name, age, ...(unit === undefined ? {} : { unit }) };
  });
}
