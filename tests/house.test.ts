/** Holds the house: who may import whom, where packages and side effects live, sizes, names, what no tracked file may say. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { survey } from './house/survey.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString('utf8')
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the house', () => {
  const sources = tracked.filter((path) => /\.ts$/.test(path) && !path.startsWith('tests/fixtures/'));

  it('has sources in every room', () => {
    expect(sources.filter((path) => path.startsWith('src/core/')).length).toBeGreaterThan(10);
  });

  it('keeps its walls, package rooms, effects, sizes and names', () => {
    expect(sources.flatMap((path) => survey(path, read(path)))).toEqual([]);
  });

  it('has no file or folder without a noun', () => {
    const loose =
      /(^|\/)(utils?|helpers?|common|managers?|services?)(\.|\/|$)|-(utils?|helpers?|common|managers?)(\.|\/|$)/i;
    expect(tracked.filter((path) => loose.test(path) && !path.startsWith('tests/fixtures/'))).toEqual([]);
  });

  it('names no machine path and no package registry in any tracked file', () => {
    const bad = new RegExp(
      [
        '/wo' + 'rk/',
        '/ro' + 'ot/\\.(npm|cache|pyenv)',
        '/tm' + 'p/bash',
        'regis' + 'try\\.npmjs',
        'regis' + 'try\\.npmmirror',
      ].join('|'),
    );
    const text = tracked.filter((path) => !/\.(png|db|age|gz|xlsx|docx)$/.test(path));
    expect(text.filter((path) => bad.test(read(path)))).toEqual([]);
  });
});

describe('the survey finds what it forbids', () => {
  const head = '/** For this test. */\n';
  const cases: readonly [rule: string, path: string, text: string, says: RegExp][] = [
    ['a wall', 'src/rules/a.ts', "import { x } from '../engine/x.ts';", /rules may not import engine/],
    ['a wall for types', 'src/views/a.ts', "import type { X } from '../records/x.ts';", /views may not import records/],
    ['a wall through export', 'src/core/a.ts', "export * from '../rules/x.ts';", /core may not import rules/],
    ['a wall through import()', 'src/engine/a.ts', "await import('../world/x.ts');", /engine may not import world/],
    ['a wall through a type', 'src/core/a.ts', "type A = import('../views/x.ts').X;", /core may not import views/],
    ['the way out of src', 'src/rules/a.ts', "import x from '../../package.json';", /reaches outside src/],
    ['a missing ending', 'src/rules/a.ts', "import { x } from './b';", /without its ending/],
    ['a package in another room', 'src/commands/a.ts', "import chalk from 'chalk';", /chalk, which belongs in views/],
    ['an unknown package', 'src/world/a.ts', "import x from 'left-pad';", /left-pad, which no room owns/],
    ['a built-in', 'src/records/a.ts', "import { readFileSync } from 'node:fs';", /node:fs, which records may not/],
    ['child processes', 'src/commands/a.ts', "await import('node:child_process');", /node:child_process/],
    ['process', 'src/engine/a.ts', 'process.exit(1);', /uses process/],
    ['process as a value', 'src/engine/a.ts', 'const p = process;', /uses process/],
    ['console', 'src/views/a.ts', 'console.log(1);', /uses console/],
    ['Date.now', 'src/rules/a.ts', 'const a = Date.now();', /uses Date\.now/],
    ['new Date()', 'src/rules/a.ts', 'const a = new Date();', /new Date\(\) of its own/],
    ['Math.random', 'src/engine/a.ts', 'const a = Math.random();', /uses Math\.random/],
    ['perform', 'src/commands/a.ts', 'await world.perform(change, hooks);', /calls perform/],
    ['a computed sentence', 'src/rules/a.ts', 'const a = t(`x`);', /other than a string literal/],
    ['any', 'src/rules/a.ts', 'const a: any = 1;', /says any/],
    ['non-null', 'src/rules/a.ts', 'const a = b!;', /non-null/],
    ['enum', 'src/rules/a.ts', 'enum A { B }', /enum/],
    ['a class', 'src/world/a.ts', 'class Manager {}', /class Manager/],
    ['a default export', 'src/rules/a.ts', 'export default 1;', /default export/],
    ['a long file', 'src/rules/a.ts', '// x\n'.repeat(301), /lines; 300/],
    ['a long function', 'src/rules/a.ts', `function f() {\n${'  g();\n'.repeat(60)}}`, /f has 62 lines/],
    ['a long arrow', 'src/rules/a.ts', `const f = () => {\n${'  g();\n'.repeat(60)}};`, /f has 62 lines/],
    ['a long function of a test', 'tests/a.test.ts', `function f() {\n${'  g();\n'.repeat(60)}}`, /f has 62 lines/],
    ['a name without a noun', 'src/rules/string-utils.ts', '', /string-utils/],
    ['a folder without a noun', 'src/helpers/a.ts', '', /helpers/],
    ['the network in the page', 'src/page/a.ts', 'await fetch(address);', /uses fetch, which the page/],
    ['a store in the page', 'src/page/a.ts', 'window.localStorage.setItem(a, b);', /uses localStorage, which the page/],
    ['markup in the page', 'src/page/a.ts', 'box.innerHTML = name;', /uses innerHTML, which the page/],
    ['a log in the page', 'src/page/a.ts', 'console.log(1);', /uses console, which the page/],
    [
      'a built-in in the page',
      'src/page/a.ts',
      "import { createHash } from 'node:crypto';",
      /node:crypto, which page may not/,
    ],
    ['another room in the page', 'src/page/a.ts', "import { x } from '../rules/x.ts';", /page may not import rules/],
    ['a browser in the core', 'src/core/a.ts', "import { x } from '../page/x.ts';", /core may not import page/],
    ['an escape', 'src/rules/a.ts', `// ${'@ts-'}${'ignore'}`, /holds @ts-/],
  ];
  it.each(cases)('%s', (_rule, path, text, says) => {
    expect(survey(path, head + text).join('\n')).toMatch(says);
  });

  it('a file without a first doc comment', () => {
    expect(survey('src/rules/a.ts', 'export const a = 1;')).toEqual([expect.stringMatching(/doc comment/)]);
  });

  it.each([
    ['src/engine/a.ts', 'await world.perform(change, { spawned: async (process: Spawned) => note(process.pid) });'],
    ['src/world/a.ts', "import { readFileSync } from 'node:fs'; const a = process.pid + Date.now();"],
    ['src/rules/a.ts', "import { parse } from 'yaml'; const a = new Date('2026-01-01'); b.process = 1; c.console();"],
    ['src/core/a.ts', 'interface A { readonly process: string; spawned(process: string): void }'],
    ['src/rules/b.ts', 'function f() { const process = g(); return process.pid; }'],
    ['src/rules/c.ts', 'for (const process of state.processes) await alive(process);'],
    ['src/main.ts', "import { run } from './commands/x.ts'; import { build } from './world/build.ts';"],
    ['src/page/a.ts', 'const now = Date.now(); window.close(); document.title = "";'],
    ['src/rules/linux/table.ts', '// a rule\n'.repeat(500)],
  ])('lets %s be', (path, text) => {
    expect(survey(path, head + text)).toEqual([]);
  });
});

describe('what runs needs no install script and no native add-on', () => {
  // Their scripts are not needed: oracledb's only prints, the others belong to development tools that carry their own binaries.
  const exemptByName = ['oracledb', 'esbuild', 'fsevents', 'msgpackr-extract'];

  it('the lockfile names no other package with an install script', () => {
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { hasInstallScript?: boolean }> };
    const scripted = Object.entries(lock.packages)
      .filter(([path, entry]) => path !== '' && entry.hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(scripted.filter((name) => !exemptByName.includes(name))).toEqual([]);
  });

  it.runIf(existsSync(join(root, 'src/main.ts')))(
    'the bundle holds no add-on and its door loads no driver',
    async () => {
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: { main: 'src/main.ts' },
        outdir: 'dist',
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'node',
        external: ['pg-native'],
        write: false,
        metafile: true,
        logLevel: 'silent',
      });
      expect(Object.keys(metafile.inputs).filter((path) => path.endsWith('.node'))).toEqual([]);
      const door = loadedAtOnce(metafile.outputs, 'dist/main.js');
      const heavy =
        /node_modules\/(oracledb|pg|ioredis|inquirer|@inquirer\/[^/]+|ora|age-encryption|execa|libpg-query|cli-table3|docx)\//;
      expect([...door].filter((path) => heavy.test(path))).toEqual([]);
    },
  );
});

type Outputs = Readonly<
  Record<
    string,
    { readonly inputs: object; readonly imports: readonly { readonly path: string; readonly kind: string }[] }
  >
>;

/** The source files that one output loads before it does anything: its own and those of its static imports. */
function loadedAtOnce(outputs: Outputs, entry: string): Set<string> {
  const seen = new Set<string>();
  const inputs = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs[path];
    if (seen.has(path) || output === undefined) return;
    seen.add(path);
    for (const input of Object.keys(output.inputs)) inputs.add(input);
    for (const { path: next, kind } of output.imports) if (kind === 'import-statement') visit(next);
  };
  visit(entry);
  return inputs;
}
