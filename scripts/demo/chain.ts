/** The part of the demo that follows a file after it was made: handed over, signed for, traced, destroyed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Stage, type Words } from './stage.ts';

/** The extraction of the part before, whose file zhao has opened as `opened.csv`. */
export function chain(stage: Stage): Words {
  const id = newestExport(stage);
  const handOver = ['--as', 'zhang', 'extract', 'handover', id, '--medium', 'U-017', '--destination', '稽查局案件室'];
  stage.show(handOver, [0], 8);
  must(stage.quiet(['extract', 'check']).code === 1, 'a copy without a receipt was not noticed');
  stage.tell({ en: 'zhao signs for it; nobody else can.', 'zh-CN': 'zhao 签收；别人签不了。' });
  stage.show(['--as', 'zhao', 'extract', 'handover', id, '--yes'], [0], 8);
  const leaked = leak(stage);
  stage.tell({
    en: 'Every third line of the file turns up somewhere, in another order. Where did it come from?',
    'zh-CN': '文件每三行中的一行、打乱顺序后出现在别处。它来自哪里？',
  });
  const traced = stage.show(['extract', 'watermark', leaked], [0], 8).report.data;
  must(traced.found === id, 'the leaked lines were not traced');
  stage.show(['--as', 'zhang', 'extract', 'destroy', id, '--execute'], [0], 10);
  must(!readdirSync(join(stage.site, 'exports', id)).some((name) => name.endsWith('.age')), 'the file is still there');
  must(!existsSync(join(stage.site, 'runs', id, 'join')), 'the key of its pseudonyms is still there');
  stage.show(['--as', 'zhao', 'extract', 'destroy', id, '--yes'], [0], 4);
  must(stage.quiet(['extract', 'check']).code === 0, 'something of it is left open');
  return {
    en: 'Handed over, signed for, traced by an invisible mark, destroyed, and each act is a record.',
    'zh-CN': '交付、签收、凭暗记追查、销毁，每个动作各有一条记录。',
  };
}

function newestExport({ site }: Stage): string {
  const id = readdirSync(join(site, 'exports')).sort().at(-1);
  must(id !== undefined, 'nothing was extracted');
  return id;
}

function leak(stage: Stage): string {
  const [, ...lines] = readFileSync(join(stage.folder, 'opened.csv'), 'utf8').trimEnd().split('\r\n');
  const some = lines.filter((_, i) => i % 3 === 0).reverse();
  const file = join(stage.folder, 'leaked.txt');
  writeFileSync(file, `${some.join('\r\n')}\r\n`);
  return file;
}
