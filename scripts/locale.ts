/** Collects every sentence of src and compares it with the dictionaries: missing, stale, places that differ. `--missing` prints a JSON to fill in. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { literals } from './sentences.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What stands between source and dictionary; all empty when the dictionary is complete. */
export interface Gap {
  readonly missing: readonly string[];
  readonly stale: readonly string[];
  /** Sentences whose translation has other places than the source. */
  readonly places: readonly string[];
  /** `file:line` of calls whose sentence is not a literal. */
  readonly computed: readonly string[];
}

/** Every sentence in src, with the first place it stands at. */
export function sentences(): { readonly found: ReadonlyMap<string, string>; readonly computed: readonly string[] } {
  const found = new Map<string, string>();
  const computed: string[] = [];
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  for (const path of files.sort()) {
    const file = join(root, 'src', path);
    for (const { line, text } of literals(readFileSync(file, 'utf8'), file)) {
      const place = `${relative(root, file)}:${line}`;
      if (text === undefined) computed.push(place);
      else if (!found.has(text)) found.set(text, place);
    }
  }
  return { found, computed };
}

/** The gap between the sources and one dictionary. */
export function gapOf(dictionary: Readonly<Record<string, string>>): Gap {
  const { found, computed } = sentences();
  const known = Object.keys(dictionary);
  return {
    missing: [...found.keys()].filter((text) => !Object.hasOwn(dictionary, text)),
    stale: known.filter((text) => !found.has(text)),
    places: known.filter((text) => found.has(text) && placesOf(text) !== placesOf(dictionary[text] ?? '')),
    computed,
  };
}

/** The set of `{places}` of a sentence, as one comparable word. */
function placesOf(text: string): string {
  return [...new Set(text.match(/\{\w+\}/g))].sort().join(' ');
}

/** The dictionary of a language as stored. */
export function dictionaryOf(language: string): Record<string, string> {
  return JSON.parse(readFileSync(join(root, 'templates', 'locales', `${language}.json`), 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const gap = gapOf(dictionaryOf('zh-CN'));
  const { found } = sentences();
  if (process.argv.includes('--missing')) {
    console.log(JSON.stringify(Object.fromEntries(gap.missing.map((text) => [text, ''])), null, 2));
  } else {
    for (const text of gap.missing) console.log(`missing  ${found.get(text)}  ${JSON.stringify(text)}`);
    for (const text of gap.stale) console.log(`stale    ${JSON.stringify(text)}`);
    for (const text of gap.places) console.log(`places   ${JSON.stringify(text)}`);
    for (const place of gap.computed) console.log(`computed ${place}`);
    console.log(`${found.size} sentences`);
    if (Object.values(gap).some((list) => list.length > 0)) process.exitCode = 1;
  }
}
