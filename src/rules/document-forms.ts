/** The forms there are, and what each can say: field -> what it holds. The header of its template explains it in the same words. */

/** What a template may name: its fields, and its lists with the fields of a row (`no`, the row's number, is always one). */
export interface FormFields {
  readonly fields: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What the fields of a template are filled with: text, or the rows of a list. Absent is left to the pen. */
export type Values = Readonly<
  Record<string, string | readonly Readonly<Record<string, string | undefined>>[] | undefined>
>;

/** On every form: who made the sheet and when. */
const MADE = { operator: '制表人（水印）', time: '制表时间（水印）' } as const;

const ASKED = {
  number: '申请编号',
  unit: '申请单位/处室',
  applicant: '申请人',
  purpose: '用途',
  basis: '依据（文号）',
  system: '系统',
  database: '库',
  estimate: '预计行数',
  limit: '最多行数（批准的上限）',
  recipients: '接收人（含公钥指纹）',
  binds: '绑定参数，每行一个',
  sql: 'SQL 全文',
  digest: '批准所绑定的摘要',
  code: '核对码（摘要的短码）',
} as const;

/** Forms by the name of their template (reference: domain.md 2.8). */
export const FORMS = {
  'extract-application': {
    fields: {
      ...MADE,
      ...ASKED,
      phone: '申请人电话',
      date: '申请日期',
      tables: '数据范围：表',
      columnNames: '数据范围：字段',
      period: '数据范围：时间',
      region: '数据范围：地区',
      conditions: '数据范围：其他条件',
      personal: '是否含个人信息/敏感字段：是、否',
      personalColumns: '其中的个人信息/敏感字段',
      level: '数据级别：核心、重要、一般',
      medium: '交付形式：加密介质、内网共享、结果表',
      format: '文件格式',
      masking: '脱敏要求',
      clear: '不脱敏的字段',
      clearReason: '不脱敏理由',
      useUntil: '使用期限',
      destroyBy: '销毁日期',
      sqlHash: 'SQL 的 SHA-256',
      executor: '执行人',
      reviewer: '复核人',
      rows: '实际行数',
      fileHash: '文件 SHA-256',
      receipt: '交付签收（签收单编号、日期）',
      destruction: '销毁确认（确认单编号、日期）',
    },
    lists: {},
  },
  'extract-approval': {
    fields: {
      ...MADE,
      ...ASKED,
      applied: '申请时间',
      expires: '批准的有效期至',
      identity: '数据库标识（指纹）',
      limits: '其他限制：时限、执行窗口',
      format: '文件格式',
      clear: '明文提供的列',
      clearReason: '明文提供的理由',
      seatsReason: '为何需要这些人批准',
      destroyBy: '销毁日期',
    },
    lists: {
      columns: { name: '列名', mask: '脱敏方式', release: '提供方式：明文、脱敏' },
      seats: { role: '须由谁批准', party: '所属方', name: '姓名（已知时）' },
    },
  },
  'extract-ledger': {
    fields: {
      ...MADE,
      unit: '登记单位',
      from: '起始日期',
      until: '截止日期',
      total: '提取次数',
      open: '其中尚未销毁的次数',
      entries: '审计日志条目数',
      head: '审计日志末条哈希',
    },
    lists: {
      extractions: {
        number: '申请编号',
        applied: '申请日期',
        made: '提取日期',
        unit: '申请单位/处室',
        applicant: '申请人',
        purpose: '用途',
        approvers: '批准人',
        executor: '执行人',
        rows: '行数',
        medium: '介质编号',
        destination: '去向',
        receiver: '接收人',
        receipt: '签收日期',
        destroyBy: '应销毁日期',
        destruction: '销毁日期',
      },
    },
  },
  'extract-handover': {
    fields: {
      ...MADE,
      number: '签收单编号',
      application: '申请编号',
      purpose: '用途',
      file: '文件名',
      rows: '行数',
      bytes: '字节数',
      fileHash: '文件 SHA-256（加密后）',
      manifestHash: '清单 SHA-256',
      mark: '数字水印编号',
      encryption: '加密方式（接收人公钥指纹）',
      mediumKind: '介质种类：光盘、U盘、硬盘、内网共享',
      medium: '介质编号',
      destination: '去向（单位、地点、系统）',
      copied: '拷出时间',
      giver: '交付人',
      witness: '监督人（采购人）',
      receiver: '接收人',
      receiverUnit: '接收单位/处室',
      receiverPhone: '接收人电话',
      useUntil: '使用期限',
      destroyBy: '销毁日期',
    },
    lists: {},
  },
  'extract-destruction': {
    fields: {
      ...MADE,
      number: '确认单编号',
      application: '申请编号',
      receipt: '签收单编号',
      receiver: '接收人',
      receiverUnit: '接收单位/处室',
      destroyBy: '应销毁日期',
      destroyed: '实际销毁时间',
      reason: '销毁原因：到期、用毕、撤销、其他',
      destroyer: '销毁人',
      witness: '监督人（采购人）',
      check: '销毁后的核查及结果',
      unprovable: '其他无法证明的情况',
    },
    lists: {
      items: { what: '销毁的文件或介质', place: '所在位置或介质编号', hash: 'SHA-256', method: '销毁方式' },
    },
  },
} as const satisfies Readonly<Record<string, FormFields>>;

export type FormName = keyof typeof FORMS;

type Fields<F> = { readonly [K in keyof F]?: string | undefined };

/** The values that a form takes; a name that it does not know is no value of it. */
export type FormValues<N extends FormName> = Fields<(typeof FORMS)[N]['fields']> & {
  readonly [L in keyof (typeof FORMS)[N]['lists']]?: readonly Fields<(typeof FORMS)[N]['lists'][L]>[] | undefined;
};
