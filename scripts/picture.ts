/** Makes docs/demo.svg: the main path, typed into a real terminal on a fresh sandbox, drawn as it appeared. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTerminal } from '../tests/stand-ins/pty.ts';
import { type Cell, lineOf, play, type Style } from '../tests/stand-ins/screen.ts';
import { excerptOf, type Stretch } from './excerpt.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const COLUMNS = 96;
const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const BAR = 30;

/** A command as typed, and which stretches of its output the picture keeps: from the first row that matches, so many rows. */
interface Scene {
  readonly typed: string;
  readonly keep: readonly Stretch[];
}

type Row = readonly Cell[];

/** Types each scene at a prompt and returns the rows as they stood on the screen. */
async function record(scenes: (run: string) => readonly Scene[], folder: string, language: Language): Promise<Row[]> {
  const env = {
    PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}`,
    HOME: folder,
    LANG: 'C.UTF-8',
    GXOPS_LANG: language,
    GXOPS_SITE: 'site',
  };
  const rows: Row[] = [];
  let run = '';
  for (let i = 0; i < scenes(run).length; i++) {
    const scene = scenes(run)[i];
    if (scene === undefined) break;
    const terminal = openTerminal(['/bin/sh', '-c', scene.typed], { cwd: folder, env, columns: COLUMNS, rows: 400 });
    await terminal.ended();
    const shown = play(terminal.raw().replaceAll(folder, '~'), COLUMNS, 400).rows.filter(
      (row, at, all) => lineOf(row) !== '' || lineOf(all[at - 1] ?? []) !== '',
    );
    run ||= /R-\d{8}-\w+/.exec(terminal.text())?.[0] ?? '';
    rows.push(prompt(scene.typed), ...cut(shown, scene, language), []);
  }
  return rows;
}

function prompt(typed: string): Row {
  const sign: Row = [
    { glyph: '$', style: { colour: 2, bold: true } },
    { glyph: ' ', style: {} },
  ];
  return [...sign, ...[...typed].map((glyph) => ({ glyph, style: { bold: true } }))];
}

function cut(rows: readonly Row[], { keep }: Scene, language: Language): Row[] {
  const lines = excerptOf(rows.map(lineOf), keep);
  return lines.map((line) => (typeof line === 'number' ? (rows[line] ?? []) : gap(line.left, language)));
}

function gap(rows: number, language: Language): Row {
  const words = language === 'en' ? `    ⋮  ${rows} rows left out` : `    ⋮  略去 ${rows} 行`;
  return [...words].flatMap((glyph) => wide(glyph, { dim: true }));
}

function wide(glyph: string, style: Style): Row {
  const two = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
    glyph,
  );
  return two
    ? [
        { glyph, style },
        { glyph: '', style },
      ]
    : [{ glyph, style }];
}

const PALETTE = [
  ...['#21262d', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#b1bac4'],
  ...['#6e7681', '#ffa198', '#56d364', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#f0f6fc'],
];
const INK = '#c9d1d9';

function colourOf(colour: Style['colour'], otherwise: string): string {
  return typeof colour === 'number' ? (PALETTE[colour] ?? otherwise) : (colour ?? otherwise);
}

/** The rows as SVG. Every glyph has its own x, so that columns hold whatever font draws them. */
export function svgOf(rows: readonly Row[], title: string): string {
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN);
  const height = rows.length * CELL.height + BAR + 2 * MARGIN;
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, i) => `<circle cx="${18 + i * 18}" cy="15" r="5.5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>text{font:14px ui-monospace,"DejaVu Sans Mono","Noto Sans Mono CJK SC","Sarasa Mono SC","WenQuanYi Zen Hei Mono",Menlo,Consolas,"Microsoft YaHei",monospace;white-space:pre}.b{font-weight:700}.d{opacity:.6}.u{text-decoration:underline}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...dots,
    `<text x="${width / 2}" y="20" text-anchor="middle" fill="#8b949e">${escaped(title)}</text>`,
    ...rows.map((row, at) => rowSvg(row, BAR + MARGIN + (at + 0.75) * CELL.height)),
    '</svg>\n',
  ].join('\n');
}

function rowSvg(row: Row, y: number): string {
  return runsOf(row)
    .map(({ cells, column, style }) => {
      const glyphs = cells
        .map((cell, i) => ({ glyph: cell.glyph, x: MARGIN + (column + i) * CELL.width }))
        .filter(({ glyph }) => glyph !== '');
      const classes = [style.bold && 'b', style.dim && 'd', style.underline && 'u'].filter(Boolean).join(' ');
      const fill = style.inverse ? colourOf(style.ground, '#0d1117') : colourOf(style.colour, INK);
      const ground = style.inverse
        ? colourOf(style.colour, INK)
        : style.ground === undefined
          ? undefined
          : colourOf(style.ground, INK);
      const box =
        ground === undefined
          ? ''
          : `<rect x="${(MARGIN + column * CELL.width).toFixed(1)}" y="${(y - 14).toFixed(1)}" width="${(cells.length * CELL.width).toFixed(1)}" height="${CELL.height}" fill="${ground}"/>`;
      if (glyphs.every(({ glyph }) => glyph === ' ')) return box;
      const xs = glyphs.map(({ x }) => x.toFixed(1)).join(' ');
      return `${box}<text x="${xs}" y="${y.toFixed(1)}" fill="${fill}"${classes ? ` class="${classes}"` : ''}>${escaped(glyphs.map(({ glyph }) => glyph).join(''))}</text>`;
    })
    .join('');
}

interface StyledRun {
  readonly cells: Cell[];
  readonly column: number;
  readonly style: Style;
}

/**
 * Neighbouring cells of one style. A blank without a ground ends a run, since renderers collapse blanks; a wide glyph is a run of its
 * own, since some renderers heed only the first x of a text.
 */
function runsOf(row: Row): StyledRun[] {
  const runs: StyledRun[] = [];
  let open = false;
  for (const [column, cell] of row.entries()) {
    const last = runs.at(-1);
    const bare = cell.glyph === ' ' && !cell.style.inverse && cell.style.ground === undefined;
    const follows = cell.glyph === '' || (open && row[column + 1]?.glyph !== '');
    const joins = open && follows && last && JSON.stringify(last.style) === JSON.stringify(cell.style);
    if (joins && !bare) last.cells.push(cell);
    else if (!bare) runs.push({ cells: [cell], column, style: cell.style });
    open = !bare;
    if (cell.glyph === '') open = false;
  }
  return runs;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const SCENES = (run: string): readonly Scene[] => [
  {
    typed: 'gxops runbook run harden-linux --input host=sandbox',
    keep: [
      [/^\[/, 1],
      [/sha256:/, 7],
      [/ 1\. apply/, 9],
    ],
  },
  { typed: 'gxops runbook run harden-linux --input host=sandbox --execute --yes', keep: [[/^\[/, 4]] },
  { typed: `gxops --as chen approve ${run} --yes`, keep: [[/^\[/, 4]] },
  {
    typed: `gxops runbook resume ${run}`,
    keep: [
      [/apply\.1[,，]/, 2],
      [/^\[/, 2],
      [/│ apply\.1 /, 4],
    ],
  },
  {
    typed: `gxops rollback run ${run} --execute`,
    keep: [
      [/^\[/, 2],
      [/│ apply\.1 /, 4],
    ],
  },
  { typed: 'gxops audit verify', keep: [[/^\[/, 9]] },
];

const LANGUAGES = [
  ['en', 'docs/demo.svg'],
  ['zh-CN', 'docs/demo.zh-CN.svg'],
] as const;
type Language = (typeof LANGUAGES)[number][0];

async function picture(language: Language, file: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-picture-'));
  try {
    const argv = ['site', 'init', join(folder, 'site'), '--sandbox', '--rows', '500', '--seed', '7'];
    const made = spawnSync(join(root, 'bin/gxops'), argv);
    if (made.status !== 0) throw new Error(String(made.stderr));
    const rows = await record(SCENES, folder, language);
    while (rows.length > 0 && lineOf(rows.at(-1) ?? []) === '') rows.pop();
    writeFileSync(join(root, file), svgOf(rows, 'gxops'));
    console.log(`${file}: ${rows.length} rows`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const [language, file] of LANGUAGES) await picture(language, file);
