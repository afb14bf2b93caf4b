/** Takes the two-minute tour for real and writes what it showed into both READMEs: `tsx scripts/tour.ts`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DOCUMENTS } from './docs.ts';
import { excerptOf, type Stretch } from './excerpt.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
type Language = (typeof DOCUMENTS)[number]['language'];
type Words = Readonly<Record<Language, string>>;

/** `$R` and `$E` stand for the run and the extraction that an earlier stop has opened. */
interface Stop {
  readonly says: Words;
  readonly typed: string;
  readonly exit: number;
  readonly keep: readonly Stretch[];
}

const STOPS: readonly Stop[] = [
  {
    says: { en: 'Look. A check changes nothing.', 'zh-CN': '先看。检查不改动任何东西。' },
    typed: 'gxops harden check --host sandbox',
    exit: 1,
    keep: [
      [/^\[/, 4],
      [/LNX-ID-05/, 4],
    ],
  },
  {
    says: {
      en: 'Rehearse. The plan prints each change with its undo, the rules it obeys, the neighbours it can reach.',
      'zh-CN': '预演。计划逐项打印变更和它的撤销办法、所依据的制度、可能波及的相邻系统。',
    },
    typed: 'gxops runbook run harden-linux --input host=sandbox',
    exit: 1,
    keep: [
      [/^\[/, 1],
      [/harden-linux/, 19],
      [/^ {6}(target|目标|对象)/, 4],
    ],
  },
  {
    says: { en: 'Do it. It goes as far as the approval, and waits.', 'zh-CN': '执行。走到审批处停下等待。' },
    typed: 'gxops runbook run harden-linux --input host=sandbox --execute --yes',
    exit: 4,
    keep: [[/^\[/, 4]],
  },
  {
    says: { en: 'The requester cannot approve it.', 'zh-CN': '申请人自己不能审批。' },
    typed: 'gxops approve $R --yes',
    exit: 3,
    keep: [[/^\[/, 3]],
  },
  {
    says: { en: 'Another person can, with a key of their own.', 'zh-CN': '另一个人可以，用他自己的密钥。' },
    typed: 'gxops --as chen approve $R --yes',
    exit: 0,
    keep: [[/^\[/, 9]],
  },
  {
    says: { en: 'Resume, and it is done and verified.', 'zh-CN': '续跑，执行并复核。' },
    typed: 'gxops runbook resume $R',
    exit: 0,
    keep: [
      [/^\[/, 2],
      [/apply\.1 /, 3],
      [/apply\.20 /, 1],
    ],
  },
  {
    says: { en: 'Take it back. Each file is byte for byte what it was.', 'zh-CN': '撤销。每个文件逐字节恢复原样。' },
    typed: 'gxops rollback run $R --execute',
    exit: 5,
    keep: [
      [/^\[/, 4],
      [/apply\.1 /, 3],
    ],
  },
  {
    says: {
      en: 'Ask for data. The statement is read, its columns are masked, the approval binds to it.',
      'zh-CN': '申请数据。语句先被解读，字段脱敏，审批绑定到这条语句。',
    },
    typed:
      "gxops extract apply --database inv --sql-file q.sql --bind least=1000 --purpose 'large invoices' --basis 'request 7' --limit 500 --recipient zhao --as-file csv",
    exit: 0,
    keep: [[/^\[/, 26]],
  },
  {
    says: { en: 'The purchaser approves exactly this statement.', 'zh-CN': '采购人审批的正是这条语句。' },
    typed: 'gxops --as chen approve $E --yes',
    exit: 0,
    keep: [[/^\[/, 4]],
  },
  {
    says: { en: 'Extract. The file is encrypted while it streams.', 'zh-CN': '提取。边输出边加密。' },
    typed: 'gxops extract run $E --execute --yes',
    exit: 0,
    keep: [[/^\[/, 16]],
  },
  {
    says: { en: 'Prove what was done.', 'zh-CN': '证明做过什么。' },
    typed: 'gxops audit verify',
    exit: 10,
    keep: [[/^\[/, 9]],
  },
];

const SQL =
  'select i.invoice_no, t.name, t.phone, i.amount from invoice i join taxpayer t on t.credit_code = i.seller_code where i.amount > :least limit 500\n';

function take(language: Language): string {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-tour-'));
  try {
    const env = {
      ...process.env,
      GXOPS_LANG: language,
      PATH: `${join(root, 'bin')}:${process.env.PATH}`,
      COLUMNS: '110',
    };
    const run = (typed: string) =>
      spawnSync('/bin/sh', ['-c', typed], { cwd: join(folder, 'tour'), env, encoding: 'utf8' });
    spawnSync(join(root, 'bin/gxops'), ['site', 'init', join(folder, 'tour'), '--sandbox', '--seed', '7'], { env });
    writeFileSync(join(folder, 'tour/q.sql'), SQL);
    const names: Record<string, string> = {};
    return STOPS.map(({ says, typed, exit, keep }) => {
      const whole = typed.replace(/\$([RE])/g, (_, letter: string) => names[letter] ?? '');
      const ran = run(whole);
      if (ran.status !== exit)
        throw new Error(`${whole} ended ${ran.status}, not ${exit}:\n${ran.stdout}${ran.stderr}`);
      const text = ran.stdout || ran.stderr;
      for (const letter of ['R', 'E']) names[letter] ??= new RegExp(`${letter}-\\d{8}-\\w+`).exec(text)?.[0] ?? '';
      for (const letter of ['R', 'E']) if (names[letter] === '') delete names[letter];
      return `${says[language]}\n\n\`\`\`\n$ ${whole}\n${shown(text.replaceAll(folder, '/tmp'), keep)}\n\`\`\``;
    }).join('\n\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shown(text: string, keep: readonly Stretch[]): string {
  const lines = text.trimEnd().split('\n');
  const kept = excerptOf(lines, keep).map((line) => (typeof line === 'number' ? cut(lines[line] ?? '') : '  …'));
  return kept.join('\n').trimEnd();
}

function cut(line: string): string {
  return [...line].length > 130 ? `${[...line].slice(0, 129).join('')}…` : line.trimEnd();
}

for (const { file, language } of DOCUMENTS) {
  const text = readFileSync(join(root, file), 'utf8');
  const [open, close] = ['<!-- tour -->', '<!-- /tour -->'];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${file}: no ${open} … ${close}`);
  writeFileSync(join(root, file), `${text.slice(0, from)}${open}\n${take(language)}\n${text.slice(to)}`);
  console.log(`${file}: written`);
}
