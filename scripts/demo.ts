/** `npm run demo`: the main job on a sandbox, narrated; every part is checked, and the exit code is 0 only when all of them held. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chain } from './demo/chain.ts';
import { audit, doctor, extraction, flippedByte, hardening, killed, localCheck, makeSite } from './demo/parts.ts';
import { type Language, openStage, type Stage, type Words } from './demo/stage.ts';
import { oracle, redis, whereItLies } from './demo/targets.ts';

type Part = readonly [title: Words, play: (stage: Stage) => Promise<Words> | Words];

const PARTS: readonly Part[] = [
  [{ en: 'A sandbox site that needs nothing installed', 'zh-CN': '一个无需安装任何软件的沙箱站点' }, makeSite],
  [{ en: 'doctor: can we look everywhere?', 'zh-CN': 'doctor：各处是否都看得到？' }, doctor],
  [{ en: 'A hardening check of this very machine (reads only)', 'zh-CN': '对本机做一次加固检查（只读）' }, localCheck],
  [
    {
      en: 'Hardening the sandbox host: rehearse, approve, execute, verify, roll back',
      'zh-CN': '加固沙箱主机：预演、审批、执行、验证、回退',
    },
    hardening,
  ],
  [
    {
      en: 'An extraction: from the request to the opened, verified file',
      'zh-CN': '一次数据提取：从申请到收件人打开并核对文件',
    },
    extraction,
  ],
  [
    {
      en: 'What becomes of the file: handed over, signed for, traced when it leaks, destroyed',
      'zh-CN': '文件后来如何：交付、签收、泄露后追查、销毁',
    },
    chain,
  ],
  [
    { en: 'A run killed with SIGKILL in the middle, and resumed', 'zh-CN': '执行到一半被 SIGKILL 杀掉的作业，再续跑' },
    killed,
  ],
  [{ en: 'audit verify: the whole record holds', 'zh-CN': 'audit verify：全部记录完整' }, audit],
  [{ en: 'One flipped byte, found', 'zh-CN': '改动一个字节，被查出' }, flippedByte],
  [
    {
      en: 'Oracle: a listener refuses, and the refusal is explained',
      'zh-CN': 'Oracle：监听器拒绝连接，拒绝原因得到解释',
    },
    oracle,
  ],
  [{ en: 'Redis: one look at a real server', 'zh-CN': 'Redis：看一眼真实的服务器' }, redis],
  [{ en: 'The report as one self-contained HTML file', 'zh-CN': '一个自包含的 HTML 报告文件' }, whereItLies],
];

function languageOf(argv: readonly string[]): Language {
  const at = argv.indexOf('--lang');
  const { GXOPS_LANG, LC_ALL, LC_MESSAGES, LANG } = process.env;
  const word = (at >= 0 ? argv[at + 1] : undefined) || GXOPS_LANG || LC_ALL || LC_MESSAGES || LANG || '';
  return /^zh/i.test(word) ? 'zh-CN' : 'en';
}

/** Plays all parts in order; stops at the first that does not hold. Returns whether all held. */
async function play(stage: Stage): Promise<boolean> {
  for (const [at, [title, part]] of PARTS.entries()) {
    console.log(`\n━━ ${at + 1}/${PARTS.length}  ${title[stage.language]}`);
    try {
      const seen = await part(stage);
      console.log(`  ✔ ${seen[stage.language]}`);
    } catch (fault) {
      console.error(`  ✘ ${fault instanceof Error ? fault.message : String(fault)}`);
      return false;
    }
  }
  return true;
}

const WHERE: Words = {
  en: 'The sandbox stays in {folder}; delete it when you are done.',
  'zh-CN': '沙箱保留在 {folder}，用完可删除。',
};

function closing(held: boolean, seconds: string): Words {
  if (!held) return { en: 'The demo did not hold.', 'zh-CN': '演示未通过。' };
  return {
    en: `All ${PARTS.length} parts held, in ${seconds} s.`,
    'zh-CN': `全部 ${PARTS.length} 个环节均已核实，用时 ${seconds} 秒。`,
  };
}

async function main(): Promise<void> {
  const language = languageOf(process.argv.slice(2));
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'gxops-demo-'));
  const stage = openStage(folder, language);
  const held = await play(stage);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const remove = process.argv.includes('--remove');
  console.log(`\n${closing(held, seconds)[language]}`);
  if (remove) rmSync(folder, { recursive: true, force: true });
  else console.log(WHERE[language].replace('{folder}', folder));
  process.exitCode = held ? 0 : 1;
}

await main();
