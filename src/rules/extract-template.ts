/** Saved extracts: SQL with a typed header of inputs in its first comment lines. */
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';

export interface TemplateInput {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  /** Anchored regular expression for a string. */
  readonly match?: string;
  readonly title: string;
}
export interface ExtractTemplate {
  readonly title: string;
  readonly inputs: readonly TemplateInput[];
  readonly sql: string;
}

const TITLE = /^--\s*title:\s*(\S.*)$/;
const INPUT = /^--\s*input\s+([a-z][a-z0-9_]*)\s+(string|integer|date)(?:\s+(\S+))?\s*:\s*(\S.*)$/;

/** Reads the header lines `-- title: …` and `-- input NAME TYPE [MATCH] : TITLE`; Stop('usage') at file:line for others that begin alike. */
export function parseTemplate(sql: string, file: string): ExtractTemplate {
  let title = '';
  const inputs: TemplateInput[] = [];
  const lines = sql.split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith('--')) break;
    const [, found] = TITLE.exec(line) ?? [];
    const input = INPUT.exec(line);
    if (found !== undefined) title = found.trim();
    else if (input !== null && fits(input, inputs)) inputs.push(inputOf(input));
    else if (/^--\s*input\b/.test(line)) throw faulty(file, i + 1, line);
  }
  return { title, inputs, sql };
}

/** Named once, and its pattern is one. */
function fits([, name, , match = '']: RegExpExecArray, others: readonly TemplateInput[]): boolean {
  try {
    new RegExp(match, 'u');
    return endsSoon(match) && !others.some((one) => one.name === name);
  } catch {
    return false;
  }
}

/** Repeats without end, of one character or class; a repeat of a group that itself repeats or chooses can take for ever on one value. */
const ENDLESS = /[*+]|\{\d+,\}/g;
const REPEATED_GROUP = /\)(?:[*+]|\{\d+,)/;
const LONGEST = 200;

/** May a person's pattern be tried on a value? At most two endless repeats, none of a group: then a value of 200 characters is soon judged. */
function endsSoon(match: string): boolean {
  const outside = match.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
  return (outside.match(ENDLESS) ?? []).length <= 2 && !REPEATED_GROUP.test(outside) && match.length <= LONGEST;
}

function inputOf([, name = '', type = '', match, title = '']: RegExpExecArray): TemplateInput {
  const typed = type === 'integer' || type === 'date' ? type : 'string';
  return { name, type: typed, title: title.trim(), ...(match === undefined ? {} : { match }) };
}

function faulty(file: string, line: number, found: string): Stop {
  return new Stop(
    'usage',
    t('not an input: {found}; allowed: -- input NAME string|integer|date [MATCH] : TITLE', { found }),
    {
      place: { file, line },
      notDone: t('Nothing was applied for.'),
    },
  );
}

/** Why a value does not fit its input; undefined where it does. */
export function misfit(input: TemplateInput, value: string): string | undefined {
  if (input.type === 'integer') return /^-?\d{1,15}$/.test(value) ? undefined : '-?[0-9]{1,15}';
  if (input.type === 'date') return isDay(value) ? undefined : 'YYYY-MM-DD';
  if (input.match === undefined) return undefined;
  if (value.length > LONGEST) return input.match;
  return new RegExp(`^(?:${input.match})$`, 'u').test(value) ? undefined : input.match;
}

function isDay(value: string): boolean {
  const date = new Date(`${value}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}
