/** How fast the forms write: a million rows of nine columns, in batches as a source gives them, without database, hash or cipher. `tsx scripts/bench/forms.ts [rows]`. */
import { pathToFileURL } from 'node:url';
import { type Batch, batchOf } from '../../src/core/batch.ts';
import type { Form } from '../../src/core/product.ts';
import { formFor } from '../../src/rules/forms/form.ts';

const WIDTH = 9;
const PER_BATCH = 1_000;
const DISTINCT = 40;

/** What is released, what masked by rule and what scanned, of the nine columns of `row`. */
export const MASKS: Readonly<Record<string, readonly string[]>> = {
  clear: Array(WIDTH).fill('released'),
  'two by rule': withAt(Array(WIDTH).fill('released'), { 2: 'credit-code', 5: 'phone' }),
  'two names by rule': withAt(Array(WIDTH).fill('released'), { 3: 'person-name', 4: 'company-name' }),
  'all text scanned': Array(WIDTH).fill('clear'),
  'all free text': Array(WIDTH).fill('free-text'),
  'two pseudonyms': withAt(Array(WIDTH).fill('released'), { 2: 'pseudonym', 5: 'pseudonym' }),
};

function withAt(list: string[], at: Readonly<Record<number, string>>): string[] {
  return list.map((kind, i) => at[i] ?? kind);
}

const FIRMS = [
  '南宁桂海商贸有限公司',
  '柳州壮锦建材有限责任公司',
  '桂林漓泉食品科技股份有限公司',
  '北海南珠物流有限公司',
];
const PEOPLE = ['韦小红', '覃志强', '欧阳建国', '阿依古丽·买买提', '莫彩霞'];
const REMARKS = [
  '月结，合同编号HT-07，请尽快寄送增值税专用发票并加盖发票专用章',
  '冲红重开，原发票已作废，见附件清单，工程尾款按进度支付',
  '押金抵扣，收款方已核对，逗号,分号;竖线|以及运输服务费用说明',
  '联系人韦小红，电话13800138000，请于工作日上午送达办公楼前台签收',
  '货物运输：甘蔗、白砂糖、打印纸等办公用品，采购批次2025年第三季度',
];

function row(n: number): (string | { number: string })[] {
  const digits = (at: number, length: number) => String((n * 7919 + at * 104729) % 10 ** length).padStart(length, '0');
  return [
    { number: String(n + 1) },
    `25452000000${digits(1, 9)}`,
    `91450103MA${digits(2, 7)}X`,
    PEOPLE[n % PEOPLE.length] ?? '',
    `${FIRMS[n % FIRMS.length]}第${n % 97}分公司`,
    `138${digits(3, 8)}`,
    { number: `${n % 99_999}.${digits(4, 2)}` },
    `2025-0${1 + (n % 9)}-1${n % 9} 1${n % 9}:2${n % 9}:3${n % 9}`,
    REMARKS[n % REMARKS.length] ?? '',
  ];
}

/** Batches of `rows` rows altogether, the same few over and over. */
function* batches(rows: number, made: readonly Batch[]): Generator<Batch> {
  for (let i = 0; i * PER_BATCH < rows; i++) yield made[i % made.length] as Batch;
}

function measure(form: Form, rows: number, made: readonly Batch[]): { seconds: number; bytes: number; rss: number } {
  form.head(Array.from({ length: WIDTH }, (_, i) => `column_${i}`));
  for (const batch of made) form.batch(batch);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  let bytes = 0;
  for (const batch of batches(rows, made)) bytes += form.batch(batch).length;
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, bytes, rss: process.memoryUsage.rss() - before };
}

/** Prints one line for each form and kind of masking. */
function show(rows: number): void {
  const made = Array.from({ length: DISTINCT }, (_, b) =>
    batchOf(Array.from({ length: PER_BATCH }, (_, i) => row(b * PER_BATCH + i))),
  );
  const keys = { mark: new Uint8Array(32).fill(7), join: new Uint8Array(32).fill(9) };
  for (const format of ['csv', 'jsonl'] as const)
    for (const [name, masks] of Object.entries(MASKS)) {
      const { seconds, bytes, rss } = measure(formFor(format, { masks, keys, bom: true, watermark: [] }), rows, made);
      const rate = (bytes / 1e6 / seconds).toFixed(0).padStart(5);
      const extra = (rss / 1e6).toFixed(0).padStart(4);
      console.log(
        `${format.padEnd(6)}${name.padEnd(20)}${seconds.toFixed(2).padStart(7)} s ${rate} MB/s ${extra} MB RSS`,
      );
    }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) show(Number(process.argv[2] ?? 1_000_000));
