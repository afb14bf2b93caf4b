/** A process that holds targets: `DIR NAME…`; prints `held` and keeps them until its standard input ends. */
import fs from 'node:fs';
import { disk } from '../../src/world/disk.ts';
import { holdAll } from '../../src/world/locks.ts';

const [dir = '', ...names] = process.argv.slice(2);
await holdAll(disk, dir, names, { operator: 'wang', why: 'a watch' }, async () => {
  fs.writeSync(1, 'held\n');
  await new Promise((resolve) => process.stdin.resume().once('end', resolve));
});
