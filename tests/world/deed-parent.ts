/** A program that begins a deed and says its process; the test kills it to see that the deed goes on. argv: the file the deed writes at its end, and `hang` to end never with recording. */
import type { Spawned } from '../../src/core/change.ts';
import { buildWorld } from '../../src/world/world.ts';
import { noKeep, siteIn } from './site.ts';

const [, , mark = '', hang = ''] = process.argv;
const site = siteIn('/', { hosts: { local: { connect: 'local' } } });
const world = buildWorld({ site, keep: noKeep, answers: {}, yes: false, input: false, dictionary: {} });
const argv = [
  'sh',
  '-c',
  'echo >"$1.begun"; for i in 1 2 3 4 5 6; do echo line; sleep 0.2; done; echo done >"$1"',
  'sh',
  mark,
];
const spawned = async (spawned: Spawned): Promise<void> => {
  process.stdout.write(`${JSON.stringify(spawned)}\n`);
  if (hang === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000));
};
await world.perform({ kind: 'command', host: 'local', argv, undo: [] }, { spawned });
