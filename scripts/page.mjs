// Builds the page that opens a handed-over file: one HTML file, script and style in it, nothing fetched from anywhere.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The whole page as text; the same sources always give the same bytes. */
export async function buildPage() {
  const folder = join(root, 'src/page');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'src/page/main.ts', style: 'src/page/style.css' },
    outdir: join(root, 'dist'),
    write: false,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    // The oldest browser that is promised; nothing newer than ES2022 stays in.
    target: ['es2022', 'chrome109'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
  });
  const output = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text.trim();
  const [script, style] = [output('.js'), output('.css')];
  // What would end the element, or change how the browser reads it, must not stand in it.
  if (/<\/script|<!--|\r/i.test(script) || /<\/style|\r/i.test(style))
    throw new Error('the page cannot hold this script');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'worker-src blob:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts = {
    '<!--policy-->': `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<!--style-->': `<style>${style}</style>`,
    '<!--script-->': `<script>${script}</script>`,
  };
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  return page.replace(/<!--(policy|style|script)-->/g, (place) => parts[place]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(process.argv[2], await buildPage());
