/** What goes to the two streams, in which language and form. Data on standard output, talk on standard error. */
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { Entry } from './core/event.ts';
import { localTime } from './core/local-time.ts';
import type { Report } from './core/report.ts';
import { Stop } from './core/stop.ts';
import { type Dictionary, t } from './core/text.ts';
import type { Spinner } from './world/spinner.ts';

export type Language = 'zh-CN' | 'en';

/** How this invocation speaks. Both streams survive a reader that went away and a terminal that hung up. */
export interface Output {
  json: boolean;
  language: Language;
  colour: boolean | undefined;
  /** The person said which language; the site's own no longer counts. */
  chosen: boolean;
  dictionary(): Dictionary;
  data(text: string): void;
  talk(line: string): void;
  mute(): void;
}

/** Output for the process's own streams. */
export function openOutput(json: boolean, language: Language): Output {
  let muted = false;
  const loaded = new Map<Language, Dictionary>();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', quiet);
  return {
    json,
    language,
    colour: undefined,
    chosen: false,
    dictionary() {
      if (!loaded.has(this.language)) loaded.set(this.language, readDictionary(this.language));
      return loaded.get(this.language) ?? {};
    },
    data: (text) => void (muted || process.stdout.write(text)),
    talk: (line) => void (muted || process.stderr.write(line.endsWith('\n') ? line : `${line}\n`)),
    mute: () => {
      muted = true;
    },
  };
}

/** A closed pipe or a lost terminal is the reader's choice; anything else is a fault of ours. */
function quiet(cause: NodeJS.ErrnoException): void {
  if (!['EPIPE', 'EIO', 'ENXIO', 'ECONNRESET'].includes(cause.code ?? '')) throw cause;
}

function readDictionary(language: Language): Dictionary {
  if (language === 'en') return {};
  try {
    return JSON.parse(readFileSync(new URL(`../templates/locales/${language}.json`, import.meta.url), 'utf8'));
  } catch {
    return {};
  }
}

/** `--lang`, `GXOPS_LANG`, then the site's, then the locale; undefined where the first two say nothing usable. */
export function languageOf(words: readonly (string | undefined)[]): Language | undefined {
  for (const word of words) {
    if (word && /^zh/i.test(word)) return 'zh-CN';
    if (word && /^(en|C$|POSIX$)/i.test(word)) return 'en';
  }
  return undefined;
}

/** Where a Report goes: `format` and `report` are the flags of that name. */
export interface Form {
  readonly format: string | undefined;
  readonly report: string | undefined;
}

/** The Report on standard output, and in `--report FILE` where asked. */
export async function showReport(output: Output, report: Report, command: string, form: Form): Promise<void> {
  const format = form.report ? 'terminal' : form.format;
  output.data(String(await draw(output.json ? 'json' : format, output, report, command, process.stdout)));
  if (!form.report) return;
  const drawn = await draw(formOf(form), output, report, command);
  try {
    writeReport(form.report, drawn);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    throw new Stop('failed', t('--report: {file} cannot be written ({code}).', { file: form.report, code }), {
      notDone: t('The report was shown, but not written there.'),
      safe: t('The command itself had finished.'),
      cause,
    });
  }
}

/** Not waiting: a pipe that nobody reads is refused, where opening it would hold us past every signal. */
function writeReport(path: string, drawn: string | Uint8Array): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK, 0o600);
  try {
    writeFileSync(file, drawn);
  } finally {
    closeSync(file);
  }
}

/** Endings that promise a form there is none of. */
const OTHERS = ['doc', 'pdf', 'xlsx', 'xls', 'csv'];

/** Stop('usage') for a `--report FILE` whose name promises a form that cannot be written; before anything is done. */
export function insistOnForm({ format, report }: Form): void {
  if (format === 'docx' && report === undefined) throw needsFile();
  const ending = endingOf(report);
  if (format !== undefined || !OTHERS.includes(ending)) return;
  throw new Stop(
    'usage',
    t('--report: {file} cannot be written as {ending}. Allowed: {allowed}.', {
      file: report ?? '',
      ending,
      allowed: '.md, .html, .docx, .json, .txt',
    }),
    {
      notDone: t('Nothing was done.'),
    },
  );
}

/** A DOCX file is no text that a terminal or a pipe of talk could take. */
function needsFile(): Stop {
  return new Stop('usage', t('--format docx is written to a file only; --report names it.'), {
    notDone: t('Nothing was done.'),
    next: ['--format docx --report FILE.docx'],
  });
}

const endingOf = (path: string | undefined): string => path?.split('.').pop()?.toLowerCase() ?? '';

/** The form of the file: `--format`, else by its ending, else Markdown. */
function formOf({ format, report }: Form): string {
  const known = { html: 'html', htm: 'html', json: 'json', txt: 'terminal', docx: 'docx' };
  return format ?? known[endingOf(report) as keyof typeof known] ?? 'md';
}

type Draw = string | undefined;

async function draw(form: Draw, output: Output, report: Report, command: string, stream?: NodeJS.WriteStream) {
  const tongue = { dictionary: output.dictionary() };
  if (form === 'json') return (await import('./views/json.ts')).drawJson(report, command, tongue);
  if (form === 'md') return (await import('./views/markdown.ts')).drawMarkdown(report, tongue);
  if (form === 'docx') return (await import('./views/docx.ts')).drawDocx(report, tongue);
  if (form === 'html') return (await import('./views/html.ts')).drawHtml(report, tongue);
  const { drawTerminal } = await import('./views/terminal.ts');
  return drawTerminal(report, await howOf(output, stream));
}

/** How to draw on a stream; without one as for a file. */
async function howOf(output: Output, stream?: NodeJS.WriteStream) {
  const { wantsColour } = await import('./views/colour.ts');
  const tty = stream?.isTTY === true;
  return {
    dictionary: output.dictionary(),
    columns: tty ? (stream.columns ?? 80) : 0,
    colour: stream !== undefined && wantsColour(process.env, tty, output.colour),
  };
}

/** A refusal on standard error. */
export async function showStop(output: Output, stop: Stop, command: string): Promise<void> {
  const how = await howOf(output, process.stderr);
  if (output.json) output.talk((await import('./views/json.ts')).drawStopJson(stop, command, how));
  else output.talk((await import('./views/terminal.ts')).drawStop(stop, how));
}

/** What a session tells while it works: entries as lines; progress as a spinner on a terminal, as dated lines elsewhere. */
export async function openTalk(output: Output, talkative: boolean, timeZone: string) {
  const { drawEntry } = await import('./views/entry.ts');
  const how = await howOf(output, process.stderr);
  const meter = openMeter(output, timeZone);
  return {
    tell(entry: Entry) {
      meter.stop();
      if (talkative) output.talk(drawEntry(entry, how, timeZone));
    },
    progress: meter.at,
    stop: meter.stop,
  };
}

/** How far a long work is. Nothing where standard error is to be one JSON document, unless a person sits there. */
function openMeter(output: Output, timeZone: string) {
  const moving = process.stderr.isTTY === true;
  let [begun, shown] = [0, 0];
  let spinner: Promise<Spinner> | undefined;
  const stop = () => {
    void spinner?.then((one) => one.stop());
    spinner = undefined;
  };
  const at = (rows: number, bytes: number, limit?: number) => {
    const now = Date.now();
    begun ||= now;
    if (now - shown < (moving ? 200 : 10_000) || (output.json && !moving)) return;
    shown = now;
    void import('./views/progress.ts').then(({ drawProgress }) => {
      const advance = { rows, bytes, took: now - begun, ...(limit === undefined ? {} : { limit }) };
      const line = drawProgress(advance, { dictionary: output.dictionary() });
      if (!moving) return output.talk(`${localTime(new Date(now), timeZone, 'seconds')} ${line}`);
      spinner ??= import('./world/spinner.ts').then(({ spin }) => spin(line));
      void spinner.then((one) => one.text(line));
    });
  };
  return { at, stop };
}

/** A Report on standard error, before something is asked. */
export async function showBefore(output: Output, report: Report): Promise<void> {
  const { drawTerminal } = await import('./views/terminal.ts');
  output.talk(drawTerminal(report, await howOf(output, process.stderr)));
}
