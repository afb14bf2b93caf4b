/** The site.yml that `site init` writes, made from the shipped template: its comments stay, its example entries give way. */
interface Section {
  readonly key: string;
  /** Comments and blank lines above it. */
  readonly head: readonly string[];
  /** The line of the key itself. */
  readonly line: string;
  readonly body: readonly string[];
}

function sectionsOf(template: string): Section[] {
  const lines = template.trimEnd().split('\n');
  const starts = lines.flatMap((line, index) => (/^[A-Za-z]+:/.test(line) ? [index] : []));
  let from = 0;
  return starts.map((start) => {
    const head = lines.slice(from, start);
    let end = start + 1;
    while (end < lines.length && /^\s+\S/.test(lines[end] ?? '')) end++;
    from = end;
    const line = lines[start] ?? '';
    return { key: line.slice(0, line.indexOf(':')), head, line, body: lines.slice(start + 1, end) };
  });
}

/** Kept as the template has them: they are settings, not examples. */
const SETTINGS = ['language', 'timeZone', 'sandbox', 'limits'];

/** Sections not given keep their entries as commented-out examples; those in `examples` have them below what is given. */
function started(
  template: string,
  given: Readonly<Record<string, readonly string[]>>,
  examples: readonly string[] = [],
): string {
  const lines = sectionsOf(template).flatMap(({ key, head, line, body }) => {
    const replaced = Object.hasOwn(given, key) ? given[key] : undefined;
    if (replaced !== undefined) {
      const [first = '', ...rest] = replaced;
      const below = examples.includes(key) ? commentedOut(body) : [];
      return [...head, first === '' ? `${key}:` : `${key}: ${first}`, ...rest.map((entry) => `  ${entry}`), ...below];
    }
    if (SETTINGS.includes(key)) return [...head, line, ...body];
    return [...head, line, ...commentedOut(body)];
  });
  return `${lines.join('\n')}\n`;
}

function commentedOut(body: readonly string[]): string[] {
  return body.map((entry) => entry.replace(/^ {2}/, '  # '));
}

/** A new site: this machine is its only host, everything else stands there as commented-out examples. `name` is what reports call it. */
export function freshSiteYaml(template: string, name: string): string {
  const given = { name: [JSON.stringify(name)], hosts: ['', 'local: { connect: local }'] };
  return started(template, given, ['hosts']);
}

/** The sandbox's site: databases `inv` and `inv2`, the host `sandbox`, its data dictionary, rules obeyed and neighbours. */
export function sandboxSiteYaml(template: string): string {
  return started(template, SANDBOX);
}

const CLASSIFIED = [
  '  taxpayer.credit_code: credit-code',
  '  taxpayer.name: company-name',
  '  taxpayer.legal_person: person-name',
  '  taxpayer.citizen_id: citizen-id',
  '  taxpayer.phone: phone',
  '  taxpayer.bank_account: bank-account',
  '  taxpayer.address: address',
  '  taxpayer.region: clear',
  '  taxpayer.registered_on: clear',
  '  invoice.id: clear',
  '  invoice.invoice_no: invoice-no',
  '  invoice.invoice_code: invoice-code',
  '  invoice.seller_code: credit-code',
  '  invoice.buyer_code: credit-code',
  '  invoice.buyer_name: company-name',
  '  invoice.amount: clear',
  '  invoice.tax: clear',
  '  invoice.issued_at: clear',
  '  invoice.status: clear',
  '  invoice.goods: clear',
  '  invoice.remark: free-text',
];

const SANDBOX: Readonly<Record<string, readonly string[]>> = {
  name: ['沙箱：某省发票系统'],
  sandbox: ['true'],
  hosts: ['', 'local: { connect: local }', 'sandbox: { connect: local, root: sandbox/host }'],
  databases: ['', 'inv: { kind: sqlite, file: sandbox/inv.db }', 'inv2: { kind: sqlite, file: sandbox/inv2.db }'],
  neighbours: [
    '',
    "'host:sandbox':",
    '  - { name: 发票查验平台, contact: 应用保障组值班 0000-0001 }',
    "'database:*':",
    '  - { name: 电子底账系统, contact: 数据保障组值班 0000-0002 }',
    '  - { name: 数据同步 (GoldenGate), contact: 数据保障组值班 0000-0002 }',
    'default:',
    '  - { name: 运维值班室, contact: 值班电话 0000-0000 }',
  ],
  obeys: [
    '',
    'default:',
    '  - 《信息系统运行维护管理办法》变更管理',
    'harden-linux:',
    '  - 《主机安全配置基线》',
    '  - 《信息系统运行维护管理办法》变更管理',
    'extract:',
    '  - 《数据提取与使用管理规定》',
    '  - 《涉税数据安全管理办法》最小必要原则',
  ],
  classification: ['', 'inv:', ...CLASSIFIED, 'inv2:', ...CLASSIFIED],
  owners: ['', 'inv: 货物和劳务税处', 'inv2: 货物和劳务税处'],
};
