/** Keeps the README's tables equal to the program's own help: `tsx scripts/docs.ts --write` rewrites what stands between the markers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Noun, Verb } from '../src/commands/command.ts';
import { NOUNS } from '../src/commands/index.ts';
import { type Dictionary, speak } from '../src/core/text.ts';
import { helpFor } from '../src/main-help.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The documents and the language each is in. */
export const DOCUMENTS = [
  { file: 'README.md', language: 'en' },
  { file: 'README.zh-CN.md', language: 'zh-CN' },
] as const;

type Language = (typeof DOCUMENTS)[number]['language'];

function dictionaryOf(language: Language): Dictionary {
  if (language === 'en') return {};
  return JSON.parse(readFileSync(join(root, `templates/locales/${language}.json`), 'utf8')) as Dictionary;
}

/** What stands between the markers of each name. */
export function generated(language: Language): Readonly<Record<string, string>> {
  const dictionary = dictionaryOf(language);
  const codes = helpFor(['exit-codes'], NOUNS, dictionary).trimEnd();
  return { 'exit-codes': `\`\`\`\n${codes}\n\`\`\``, commands: commandTable(dictionary, language) };
}

function commandTable(dictionary: Dictionary, language: Language): string {
  const heads = language === 'en' ? ['command', 'what it does', 'changes'] : ['命令', '作用', '会改动什么'];
  const kinds: Readonly<Record<Language, Readonly<Record<Verb['kind'], string>>>> = {
    en: { reading: 'nothing', recording: 'the journal', acting: 'nothing without `--execute`' },
    'zh-CN': { reading: '无', recording: '只写日志', acting: '不带 `--execute` 则无' },
  };
  const rows = NOUNS.flatMap((noun) => noun.verbs.map((verb) => [noun, verb] as const)).map(
    ([noun, verb]) =>
      `| \`${callOf(noun, verb)}\` | ${speak(verb.title, dictionary)} | ${OTHERS[callOf(noun, verb)]?.[language] ?? kinds[language][verb.kind]} |`,
  );
  return [`| ${heads.join(' | ')} |`, '| --- | --- | --- |', ...rows].join('\n');
}

const READ = { en: 'nothing; the journal records that it was read', 'zh-CN': '无；日志会记下此次查阅' };

/** Verbs whose kind does not tell all. */
const OTHERS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  'gxops audit log': READ,
  'gxops audit show ID': READ,
  'gxops runbook resume RUN': { en: 'what the run’s `--execute` began', 'zh-CN': '作业以 `--execute` 开始的内容' },
  'gxops site init DIR': { en: 'makes the new folder', 'zh-CN': '建立新目录' },
};

function callOf(noun: Noun, verb: Verb): string {
  const words = (verb.arguments ?? []).map(({ name, optional }) => {
    const word = name.toUpperCase().replace('...', '…');
    return optional ? `[${word}]` : word;
  });
  return ['gxops', noun.name, verb.name, ...words].filter((word) => word !== '').join(' ');
}

/** The document with everything between its markers renewed; throws where a marker is missing. */
export function renewed(text: string, language: Language): string {
  return Object.entries(generated(language)).reduce((document, [name, body]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const from = document.indexOf(open);
    const to = document.indexOf(close);
    if (from < 0 || to < from) throw new Error(`no ${open} … ${close}`);
    return `${document.slice(0, from)}${open}\n${body}\n${document.slice(to)}`;
  }, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, language } of DOCUMENTS) {
    const before = readFileSync(join(root, file), 'utf8');
    const after = renewed(before, language);
    if (process.argv.includes('--write')) writeFileSync(join(root, file), after);
    else if (before !== after) process.exitCode = 1;
    console.log(
      `${file}: ${before === after ? 'in step' : process.argv.includes('--write') ? 'written' : 'out of step'}`,
    );
  }
}
