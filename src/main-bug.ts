/** A fault of ours: a report without values, so that it can be handed on. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stop } from './core/stop.ts';
import { t } from './core/text.ts';

/** The Stop for a fault nobody meant, after its report was written to a private folder. */
export function bugStop(cause: unknown, words: readonly string[]): Stop {
  const lines = [
    `gxops ${process.env.GXOPS_VERSION} node ${process.version} ${process.platform} ${process.arch}`,
    `words: ${words.length}`,
    redacted(cause, words),
  ];
  const file = prepared(`${lines.join('\n')}\n`);
  const text = file
    ? t('A fault of gxops itself ({name}). A report without values is prepared: {file}', { name: nameOf(cause), file })
    : t('A fault of gxops itself ({name}). Its report could not be written.', { name: nameOf(cause) });
  return new Stop('bug', text, {
    notDone: t('What was under way may not be finished; the journal says how far it got.'),
    next: ['gxops runbook runs --open', 'gxops doctor'],
    cause,
  });
}

function prepared(body: string): string | undefined {
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'gxops-report-')), 'report.txt');
    writeFileSync(file, body, { mode: 0o600, flag: 'wx' });
    return file;
  } catch {
    return undefined;
  }
}

function nameOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const name = cause instanceof Error ? cause.name : typeof cause;
  return typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code) ? `${name} ${code}` : name;
}

/** The stack without a single value: message quoted parts, numbers, typed words and long tokens are dots. */
export function redacted(cause: unknown, words: readonly string[]): string {
  if (!(cause instanceof Error)) return `thrown: ${typeof cause}`;
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const inner = cause.cause instanceof Error ? `\ncause: ${redacted(cause.cause, words)}` : '';
  return `${nameOf(cause)}: ${scrubbed(cause.message, words)}\n${frames.join('\n')}${inner}`;
}

function scrubbed(message: string, words: readonly string[]): string {
  let line = message.slice(0, 2000);
  const typed = words.flatMap((word) => [word, ...word.split('=')]).filter((word) => word.length > 2);
  for (const word of typed.sort((a, b) => b.length - a.length)) line = line.replaceAll(word, '…');
  return line
    .replace(/(["'`“])[^"'`”]*["'`”]/g, '$1…$1')
    .replace(/\/\/[^@\s/]*@/g, '//…@')
    .replace(/(pass\w*|pwd|secret|token|key)(\s*[=:]\s*)\S+/gi, '$1$2…')
    .replace(/[\p{L}\p{N}+/=_-]{16,}/gu, '…')
    .replace(/\d{4,}/g, '…');
}
