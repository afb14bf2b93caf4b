/** Runs the tests: sets up what a fresh Debian lacks, says what will be skipped and why, and closes with the runner's own counts. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A program that some tests meet for real, the Debian packages that bring it, and what is skipped without it. */
interface Peer {
  readonly program: string;
  /** One or several packages, separated by blanks. */
  readonly debian: string;
  readonly without: string;
}

const PEERS: readonly Peer[] = [
  { program: 'sshd', debian: 'openssh-server', without: 'the OpenSSH carrier against a real sshd' },
  { program: 'ssh', debian: 'openssh-client', without: 'the OpenSSH carrier against a real sshd' },
  { program: 'redis-server', debian: 'redis-server', without: 'looks at a real Redis' },
  { program: 'age', debian: 'age', without: 'opening our exports with the age program itself' },
  { program: 'tmux', debian: 'tmux', without: 'the terminal inside tmux' },
  { program: 'sqlite3', debian: 'sqlite3', without: 'reading our databases with the sqlite3 program itself' },
  { program: 'zsh', debian: 'zsh', without: 'completion in a real zsh' },
  { program: 'fish', debian: 'fish', without: 'completion in a real fish' },
  { program: 'chromium', debian: 'chromium', without: 'opening a handed-over file in a real browser' },
  { program: 'postgres', debian: 'postgresql', without: 'looks at a real PostgreSQL' },
  // Without a Chinese font the pages would be there, but their text would not.
  {
    program: 'soffice',
    debian: 'libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk',
    without: 'our forms opened in LibreOffice',
  },
  { program: 'pdftotext', debian: 'poppler-utils', without: 'our forms opened in LibreOffice' },
];

function programFolders(): string[] {
  const postgres = '/usr/lib/postgresql';
  const versions = existsSync(postgres) ? readdirSync(postgres).map((version) => join(postgres, version, 'bin')) : [];
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', ...versions];
}

function has(program: string): boolean {
  return programFolders().some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function missing(): Peer[] {
  return PEERS.filter(({ program }) => !has(program));
}

/** Installs what is missing where that is possible; returns why it was not, if it was not. */
function install(peers: readonly Peer[]): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may install it';
  if (!has('apt-get')) return 'this machine has no apt-get';
  // RUNLEVEL 1 keeps the packages from starting servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const packages = [...new Set(peers.flatMap(({ debian }) => debian.split(' ')))];
  console.log(`Set-up: installing ${packages.join(', ')}`);
  for (const argv of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...packages],
  ]) {
    const done = spawnSync('apt-get', argv, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 });
    if (done.status !== 0) return `apt-get ${argv[0]} failed: ${lastLine(String(done.stderr))}`;
  }
  return undefined;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

function prepare(): void {
  const lacking = missing();
  const reason = lacking.length === 0 ? undefined : install(lacking);
  for (const { program, without } of missing())
    console.log(`Skipped: ${without}: ${program} is not here (${reason ?? 'its package does not bring it'})`);
}

interface Result {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/** The closing line: the runner's own counts; a file that could not be loaded counts as one failure. */
export function closingLine(result: Result): { readonly line: string; readonly failed: number } {
  const unloaded = result.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failed = result.numFailedTests + unloaded.length;
  const skipped = result.numPendingTests + result.numTodoTests;
  const line = `${result.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return { line, failed };
}

function main(): void {
  prepare();
  const folder = mkdtempSync(join(tmpdir(), 'gxops-tests-'));
  const counts = join(folder, 'counts.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counts}`];
  try {
    const argv = [vitest, 'run', ...reporters, ...process.argv.slice(2)];
    const ran = spawnSync(process.execPath, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const result = existsSync(counts) ? (JSON.parse(readFileSync(counts, 'utf8')) as Result) : undefined;
    const { line, failed } = result === undefined ? { line: '0 passed, 1 failed', failed: 1 } : closingLine(result);
    if (ran.status !== 0 && failed === 0) console.log(`The runner itself ended with ${ran.status ?? ran.signal}.`);
    process.exitCode = failed > 0 || ran.status !== 0 ? 1 : 0;
    console.log(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
