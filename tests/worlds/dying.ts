/** A gxops that kills itself at a named point: the real engine, journal, files and processes of a real site, and a real SIGKILL. Run by Node itself. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hooks, Keep, World } from '../../src/core/world.ts';
import { resume, start } from '../../src/engine/run.ts';
import { undo } from '../../src/engine/undo.ts';
import { loadSite } from '../../src/main-site.ts';
import { foldApprovals, statementOf } from '../../src/records/approvals.ts';
import { type Disk, disk } from '../../src/world/disk.ts';
import { openKeep } from '../../src/world/keep.ts';
import { buildWorld } from '../../src/world/world.ts';
import { deedsBook } from './deeds-book.ts';

const [dir = '', deed = '', point = '', which = '', run = ''] = process.argv.slice(2);
/** `before append change.intended`, `after perform`, `before spawned #2` (the second), `during spawned` (while it runs), `nth 17`, `write 3` (the third write of the journal, half of it), `never`. */
const [moment, verb, ...about] = point.split(' ');
const type = about.find((word) => !word.startsWith('#'));
let skip = Number(about.find((word) => word.startsWith('#'))?.slice(1) ?? 1);
let [calls, writes] = [0, 0];

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // SIGKILL is not caught, but it is not instant either.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

function at(when: 'before' | 'after', which: string, what = ''): void {
  calls++;
  if (moment === 'nth' && calls === Number(verb)) die();
  if (when === moment && which === verb && (!type || what.split(' ').includes(type)) && --skip <= 0) die();
}

/** Dies in the middle of the nth write of a journal line: half of its bytes are on disk. */
const tearing: Disk = {
  ...disk,
  write: (file, bytes, position) => {
    if (moment === 'write' && ++writes === Number(verb)) {
      disk.write(file, bytes.subarray(0, bytes.length >> 1), position);
      die();
    }
    return disk.write(file, bytes, position);
  },
};

function dyingKeep(keep: Keep): Keep {
  return {
    ...keep,
    append: async (drafts) => {
      const types = drafts.map((draft) => draft.type).join(' ');
      at('before', 'append', types);
      const entries = await keep.append(drafts);
      at('after', 'append', types);
      return entries;
    },
    store: async (path, bytes) => {
      at('before', 'store', path);
      return keep.store(path, bytes);
    },
  };
}

function dyingWorld(world: World, keep: Keep): World {
  return {
    ...world,
    keep,
    perform: async (change, hooks) => {
      at('before', 'perform');
      const spawned: Hooks['spawned'] = async (process) => {
        at('before', 'spawned');
        await hooks.spawned(process);
        at('after', 'spawned');
        if (moment === 'during' && verb === 'spawned') setTimeout(die, 500);
      };
      const made = await world.perform(change, { ...hooks, spawned });
      at('after', 'perform');
      return made;
    },
  };
}

const site = await loadSite(dir);
const operator = deed === 'approve' ? 'chen' : 'li';
const keep = dyingKeep(
  openKeep({
    dir,
    actor: () => ({ operator, uid: process.getuid?.() ?? 0, user: 'test', via: 'unknown' }),
    appVersion: 'test',
    node: process.version,
    sandbox: true,
    keys: {},
    templates: join(dirname(fileURLToPath(import.meta.url)), '../../templates'),
    rows: async () => {
      throw new Error('no rows here');
    },
    passphrase: async () => '',
    ask: async () => '',
    page: '',
    disk: tearing,
  }),
);
const world = dyingWorld(buildWorld({ site, keep, answers: {}, yes: true, input: false, dictionary: {} }), keep);
const session = {
  world,
  site,
  operator,
  signal: new AbortController().signal,
  tell: () => undefined,
  progress: () => undefined,
};
const book = deedsBook(which);

async function sign(subject: string): Promise<object> {
  const approval = foldApprovals(await keep.entries({ subject })).at(-1);
  if (!approval) return { verdict: 'refused', text: 'nothing to sign yet' };
  const { digest, expires } = approval;
  const statement = statementOf(approval, operator, expires);
  const signature = await keep.sign(operator, statement);
  const data = { digest, approver: operator, expires, statement, signature, osAccount: 'test', sameAccount: true };
  await keep.append([{ type: 'approval.granted', subject, data }]);
  return { verdict: 'done', run: subject };
}

const deeds: Record<string, () => Promise<object>> = {
  start: () => start(book, {}, session),
  approve: () => sign(run),
  resume: () => resume(run, book, session),
  undo: () => undo(run, session),
};
const work = deeds[deed];
if (!work) throw new Error(`no such deed: ${deed}`);
try {
  const {
    verdict,
    run: id,
    state,
    text,
  } = (await work()) as { verdict: string; run: string; state?: unknown; text?: unknown };
  process.stdout.write(JSON.stringify({ verdict, run: id, state, text }));
} catch (error) {
  const { verdict, text } = error as { verdict?: string; text?: unknown };
  if (!verdict) throw error;
  process.stdout.write(JSON.stringify({ verdict, text }));
}
