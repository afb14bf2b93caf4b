/** A runbook of real deeds in a folder: files, a command that a look can prove, one that nothing can prove, one that takes its time. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../../src/core/change.ts';
import { sha256 } from '../../src/core/json.ts';
import { defineRunbook, type Moment, type Runbook, type Step } from '../../src/core/runbook.ts';

const HOST = 'local';

async function write({ look }: Moment, path: string, text: string, mode?: number): Promise<Change[]> {
  const seen = await look.file(HOST, path);
  const before = seen.kind === 'file' ? sha256(seen.bytes) : 'absent';
  if (before === sha256(text)) return [];
  return [{ kind: 'file', host: HOST, path, content: { utf8: text }, before, ...(mode === undefined ? {} : { mode }) }];
}

function probed(folder: string): Change {
  const path = join(folder, 'made');
  const gone: Change = { kind: 'command', host: HOST, argv: ['rmdir', path], undo: { irreversible: 'an undo' } };
  return {
    kind: 'command',
    host: HOST,
    argv: ['mkdir', path],
    undo: [gone],
    probe: { kind: 'command', look: { host: HOST, argv: ['stat', path] }, code: 0 },
  };
}

/** Each run appends a line: doing it twice shows. */
function once(folder: string): Change {
  const path = join(folder, 'ledger');
  const less: Change = {
    kind: 'command',
    host: HOST,
    argv: ['truncate', '-s', '-5', path],
    undo: { irreversible: 'an undo' },
  };
  return { kind: 'command', host: HOST, argv: ['tee', '-a', path], stdin: 'once\n', undo: [less] };
}

function slow(folder: string): Change {
  const undo: Change = {
    kind: 'command',
    host: HOST,
    argv: ['rm', join(folder, 'slept')],
    undo: { irreversible: 'an undo' },
  };
  const argv = ['bash', '-c', 'sleep "$1"; echo done > "$2"', 'slow', '2', join(folder, 'slept')];
  return { kind: 'command', host: HOST, argv, undo: [undo] };
}

function act(id: string, plan: (moment: Moment) => Promise<Change[]>): Step {
  return { kind: 'act', id, title: id, plan, verify: async () => [], onFail: 'suspend' };
}

/** `FOLDER` does one of each class; `FOLDER slow` does the deed that takes two seconds. */
export function deedsBook(what: string): Runbook {
  const [folder = '', only] = what.split(' ');
  mkdirSync(folder, { recursive: true });
  const all = [
    act('file', (moment) => write(moment, join(folder, 'config'), 'after\n')),
    act('secret', (moment) => write(moment, join(folder, 'fresh'), 'new\n', 0o600)),
    act('probed', async () => [probed(folder)]),
    act('once', async () => [once(folder)]),
  ];
  const approve: Step = {
    kind: 'approve',
    id: 'ok',
    title: 'ok',
    seats: () => [{ roles: ['approver'], party: 'purchaser' }],
  };
  const steps = [approve, ...(only === 'slow' ? [act('slow', async () => [slow(folder)])] : all)];
  return defineRunbook({
    name: 'deeds',
    version: 1,
    title: 'deeds',
    purpose: 'deeds',
    risk: 'low',
    inputs: [],
    targets: () => ['host:local'],
    steps,
  });
}
