/** A process that appends: `MODE DIR NAME COUNT [NTH HALF BOUND]`; prints `seq what` for each acknowledged record. */
import fs from 'node:fs';
import { disk } from '../../src/world/disk.ts';
import { deadly, watched } from './disks.ts';
import { GENESIS, journalIn, note } from './journals.ts';

const [mode = '', dir = '', name = '', count = '0', nth = '0', half = '', bound = '67108864'] = process.argv.slice(2);

function diskOf() {
  if (mode === 'kill') return deadly(Number(nth), half === 'half');
  if (mode !== 'stop') return disk;
  return watched((call) => {
    if (call !== 'write') return;
    fs.writeSync(1, 'stopping\n');
    process.kill(process.pid, 'SIGSTOP');
  });
}

const journal = journalIn(dir, { disk: diskOf(), bound: Number(bound), patience: 30_000 });
for (let i = 0; i < Number(count); i++) {
  const what = `${name}-${i}`;
  const begun = fs.existsSync(`${dir}/journal/000001.jsonl`) && fs.statSync(`${dir}/journal/000001.jsonl`).size > 0;
  const entries = await journal.append(begun || i > 0 ? [note(what)] : [GENESIS, note(what)]);
  fs.writeSync(1, `${entries.at(-1)?.seq} ${what}\n`);
}
journal.close();
