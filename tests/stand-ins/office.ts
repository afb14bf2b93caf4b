/** The real LibreOffice: DOCX files become pages, pages become text. It has a profile folder of its own and no network to ask. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const lacking = ['soffice', 'pdftotext', 'pdfinfo'].filter(
  (program) =>
    !(process.env.PATH ?? '').split(delimiter).some((folder) => {
      try {
        accessSync(join(folder, program), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
);

/** What a test says aloud when it must skip; undefined where forms can be opened. */
export const officeMissing: string | undefined =
  lacking.length === 0 ? undefined : `no ${lacking.join(', ')} on this machine`;

export interface Printed {
  /** As it stands on the page, column by column. */
  readonly text: string;
  /** Without any blank: how lines broke does not matter. */
  readonly tight: string;
  readonly pages: number;
  /** Width and height of the first page in millimetres. */
  readonly size: readonly [number, number];
}

/** Opens all files in one go and prints them; a file that LibreOffice cannot read is missing from the answer. */
export function print(files: Readonly<Record<string, Uint8Array>>): Record<string, Printed> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-office-'));
  try {
    mkdirSync(join(folder, 'in'));
    const paths = Object.keys(files).map((name) => join(folder, 'in', `${name}.docx`));
    for (const [i, bytes] of Object.values(files).entries()) writeFileSync(paths[i] ?? '', bytes);
    const profile = `-env:UserInstallation=${pathToFileURL(join(folder, 'profile'))}`;
    const argv = [profile, '--headless', '--convert-to', 'pdf', '--outdir', folder, ...paths];
    execFileSync('soffice', argv, { stdio: 'ignore', timeout: 100_000 });
    return Object.fromEntries(Object.keys(files).map((name) => [name, printed(join(folder, `${name}.pdf`))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function printed(pdf: string): Printed {
  readFileSync(pdf);
  const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { maxBuffer: 1 << 26 }).toString('utf8');
  const info = execFileSync('pdfinfo', [pdf]).toString('utf8');
  const [, width = '0', height = '0'] = /Page size:\s+([\d.]+) x ([\d.]+) pts/.exec(info) ?? [];
  const millimetres = (points: string) => Math.round((Number(points) * 25.4) / 72);
  const pages = Number(/Pages:\s+(\d+)/.exec(info)?.[1]);
  return { text, tight: text.replace(/\s/g, ''), pages, size: [millimetres(width), millimetres(height)] };
}
