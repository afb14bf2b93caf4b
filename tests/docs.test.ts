/** The READMEs say what the program says: exit codes and commands between the markers equal the generated help. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, generated, renewed } from '../scripts/docs.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

describe.each(DOCUMENTS)('$file', ({ file, language }) => {
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '';

  it('has the exit codes and commands of the program', () => {
    expect(text).toBe(renewed(text, language));
    expect(Object.keys(generated(language))).toEqual(['exit-codes', 'commands']);
  });

  it('names no file that is not there', () => {
    const named = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names no command and no script that is not there', () => {
    const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts;
    const run = [...text.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? '');
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const nouns = new Set([...(generated('en').commands?.matchAll(/`gxops (\w+)/g) ?? [])].map((match) => match[1]));
    const said = [...text.matchAll(/`gxops(?: --?\w+(?: \w+)?)* (\w+)/g)].map((match) => match[1] ?? '');
    expect(said.filter((noun) => !nouns.has(noun) && noun !== 'help')).toEqual([]);
  });
});

describe('renewing', () => {
  it('finds a document out of step', () => {
    const stale = '<!-- exit-codes -->\nold\n<!-- /exit-codes -->\n<!-- commands -->\n<!-- /commands -->\n';
    expect(renewed(stale, 'en')).toContain('in-doubt');
    expect(renewed(renewed(stale, 'en'), 'en')).toBe(renewed(stale, 'en'));
    expect(() => renewed('no markers', 'en')).toThrow('<!-- exit-codes -->');
  });
});
