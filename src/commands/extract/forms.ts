/** The purchaser's forms of an extraction, filled from records: application, approval sheet, ledger, receipt, destruction. Always Chinese. */
import type { Document } from '../../core/document.ts';
import { digestOf, sha256 } from '../../core/json.ts';
import { localTime } from '../../core/local-time.ts';
import type { Seat } from '../../core/operator.ts';
import { shortCode } from '../../core/plan.ts';
import type { Session } from '../../core/session.ts';
import { type Dictionary, speak, type Text } from '../../core/text.ts';
import { windowsOf, windowText } from '../../core/window.ts';
import type { Copy, Extraction } from '../../records/extract.ts';
import type { Roster } from '../../records/roster.ts';
import { signersOf } from '../../records/signers.ts';
import type { Application } from '../../rules/application.ts';
import { reasonsForOwner } from '../../runbooks/extract.ts';
import { documentOf } from '../document.ts';
import { maskWords } from './tables.ts';

/** What every form is filled with. */
export interface Filling {
  readonly extraction: Extraction;
  readonly application: Application;
  readonly roster: Roster;
  readonly session: Session;
}

const ROLES: Readonly<Record<string, string>> = {
  approver: '批准人（信息中心/大数据和风险管理部门负责人）',
  owner: '业务主管处室负责人',
  security: '安全管理员',
};
const PARTIES: Readonly<Record<string, string>> = { purchaser: '采购人', contractor: '服务商', vendor: '厂商' };
const FORMATS: Readonly<Record<string, string>> = {
  csv: 'CSV（加密）',
  xlsx: 'XLSX（加密）',
  jsonl: 'JSON 行（加密）',
};

const RELEASES: Readonly<Record<string, string>> = { released: '明文', clear: '非个人信息' };

/** 数据提取申请表, with what has happened since. */
export async function applicationForm(filling: Filling): Promise<Document> {
  const { extraction, application, roster, session } = filling;
  const masked = application.columns.filter(({ mask }) => mask !== 'released' && mask !== 'clear');
  const clear = application.columns.filter(({ mask }) => mask === 'released').map(({ name }) => name);
  const chinese = await speaker(session);
  return documentOf(session.world.keep, 'extract-application', {
    ...made(session),
    ...asked(filling),
    date: application.applied.slice(0, 10),
    tables: application.tables.join('、'),
    columnNames: application.columns.map(({ name }) => name).join(', '),
    personal: masked.length + clear.length > 0 ? '是' : '否',
    personalColumns: [...masked.map(({ name }) => name), ...clear].join(', '),
    medium: '加密介质',
    format: FORMATS[application.format],
    masking: masked.map(({ name, mask }) => `${name}：${chinese(maskWords(mask))}`).join('\n'),
    clear: clear.join('、'),
    clearReason: clear.length > 0 ? application.purpose : undefined,
    useUntil: application.destroyBy,
    destroyBy: application.destroyBy,
    sqlHash: sha256(application.sql),
    executor: extraction.executor,
    reviewer: approversOf(extraction),
    rows: extraction.artefact === undefined ? undefined : String(extraction.artefact.rows),
    fileHash: extraction.artefact?.sha256,
    receipt: extraction.copies
      .flatMap(({ received, receiver }) => (received ? [`${receiver} ${day(received.at, session)}`] : []))
      .join('；'),
    destruction: extraction.destroyed?.at === undefined ? undefined : day(extraction.destroyed.at, session),
    phone: undefined,
    unit: roster.get(application.requester)?.unit,
  });
}

/** 数据提取审批单: what a person signs on paper. `identity` is the database's as the plan binds it, not as it may be by now. */
export async function approvalForm(filling: Filling, seats: readonly Seat[], identity: string): Promise<Document> {
  const { extraction, application, roster, session } = filling;
  const chinese = await speaker(session);
  const clear = application.columns.filter(({ mask }) => mask === 'released').map(({ name }) => name);
  const { approval } = extraction;
  const names = approval === undefined ? [] : signersOf(approval, roster, session.world.now());
  const { statementTimeout } = session.site.limits;
  const windows = windowsOf(session.site, `database:${application.database}`).map(windowText).join('；');
  return documentOf(session.world.keep, 'extract-approval', {
    ...made(session),
    ...asked(filling),
    applied: localTime(application.applied, session.site.timeZone),
    expires: localTime(application.expires, session.site.timeZone),
    identity,
    limits: `单条语句 ${Math.round(statementTimeout / 1000)} 秒；窗口：${windows || '不限'}`,
    format: FORMATS[application.format],
    clear: clear.join('、') || '无',
    clearReason: clear.length > 0 ? application.purpose : undefined,
    seatsReason: reasonsForOwner(application, session.site).map(chinese).join('；'),
    destroyBy: application.destroyBy,
    columns: application.columns.map(({ name, mask }) => ({
      ...{ name, mask: chinese(maskWords(mask)), release: RELEASES[mask] ?? '脱敏' },
    })),
    seats: seats.map(({ roles, party }, i) => ({
      ...{ role: roles.map((role) => ROLES[role] ?? role).join('或'), party: PARTIES[party ?? ''], name: names[i] },
    })),
  });
}

/** 数据提取台账: one line an extraction. */
export async function ledger(all: readonly Extraction[], roster: Roster, session: Session): Promise<Document> {
  const { keep, now } = session.world;
  const newest = (await keep.entries({ last: 1 })).at(-1);
  return documentOf(keep, 'extract-ledger', {
    ...made(session),
    unit: session.site.name,
    from: all[0] === undefined ? undefined : day(all[0].at, session),
    until: day(now().toISOString(), session),
    total: String(all.length),
    open: String(all.filter((one) => one.artefact !== undefined && one.destroyed?.at === undefined).length),
    entries: newest === undefined ? undefined : String(newest.seq),
    head: newest?.hash,
    extractions: all.map((one) => ledgerRow(one, roster, session)),
  });
}

function ledgerRow(one: Extraction, roster: Roster, session: Session) {
  const copy = one.copies.at(-1);
  return {
    ...{ number: one.id, applied: day(one.at, session), applicant: one.requester, purpose: one.purpose },
    made: one.approval?.used === undefined ? undefined : day(one.approval.used.at, session),
    unit: roster.get(one.requester)?.unit,
    approvers: approversOf(one),
    executor: one.executor,
    rows: one.artefact === undefined ? undefined : String(one.artefact.rows),
    ...{ medium: copy?.medium, destination: copy?.destination, receiver: copy?.receiver ?? one.recipients.join('、') },
    receipt: copy?.received === undefined ? undefined : day(copy.received.at, session),
    destroyBy: one.destroyBy,
    destruction: one.destroyed?.at === undefined ? undefined : day(one.destroyed.at, session),
  };
}

/** 数据交付签收单 of one copy. */
export function handoverForm({ extraction, application, roster, session }: Filling, copy: Copy): Promise<Document> {
  const { artefact } = extraction;
  const recipient = application.recipients.find(({ operator }) => operator === copy.receiver);
  return documentOf(session.world.keep, 'extract-handover', {
    ...made(session),
    number: `${extraction.id}-${copy.copy}`,
    application: extraction.id,
    purpose: application.purpose,
    file: artefact?.path.split('/').at(-1),
    rows: artefact === undefined ? undefined : String(artefact.rows),
    bytes: artefact === undefined ? undefined : String(artefact.bytes),
    fileHash: copy.sha256,
    manifestHash: copy.manifest,
    mark: extraction.id,
    encryption: recipient === undefined ? undefined : `age（公钥指纹 ${digestOf(recipient.age)}）`,
    ...{ medium: copy.medium, destination: copy.destination, giver: copy.by, receiver: copy.receiver },
    copied: localTime(copy.at, session.site.timeZone),
    receiverUnit: roster.get(copy.receiver)?.unit,
    ...{ useUntil: application.destroyBy, destroyBy: application.destroyBy },
  });
}

/** What a destruction did: paths below the site folder, and those that are still there. */
interface Removal {
  readonly removed: readonly string[];
  readonly leftovers: readonly string[];
  readonly reason: string;
  readonly at: string;
}

/** 数据销毁确认单: what is gone here, and what is not. */
export function destructionForm(
  { extraction, roster, session }: Omit<Filling, 'application'>,
  { removed, leftovers, reason, at }: Removal,
): Promise<Document> {
  const copy = extraction.copies.at(-1);
  return documentOf(session.world.keep, 'extract-destruction', {
    ...made(session),
    number: `${extraction.id}-销毁`,
    application: extraction.id,
    receipt: copy === undefined ? undefined : `${extraction.id}-${copy.copy}`,
    receiver: copy?.receiver ?? extraction.recipients.join('、'),
    receiverUnit: roster.get(copy?.receiver ?? '')?.unit,
    destroyBy: extraction.destroyBy,
    destroyed: localTime(at, session.site.timeZone),
    reason: reason === 'due' ? '到期' : '其他',
    destroyer: session.operator,
    check:
      leftovers.length === 0
        ? '删除后重新查看：上列文件均已不存在；假名密钥已删除。'
        : `删除后重新查看，下列文件仍然存在，销毁未完成：${leftovers.join('、')}`,
    unprovable: '本机磁盘阵列、固态盘和备份中可能残留加密字节；没有接收人私钥不能读出。',
    items: removed
      .filter((what) => !leftovers.includes(what))
      .map((what) => ({
        what: what.split('/').at(-1),
        place: '跳板机站点目录',
        hash: what.endsWith('.age') && !what.endsWith('key.age') ? extraction.artefact?.sha256 : undefined,
        method: '删除',
      })),
  });
}

function asked({ extraction, application, roster, session }: Filling) {
  const { id, digest } = extraction;
  const { requester, purpose, basis, database, limit, recipients, sql, binds } = application;
  return {
    ...{ number: id, applicant: requester, purpose, basis, database, limit: String(limit), digest, sql },
    unit: roster.get(requester)?.unit,
    system: session.site.name,
    estimate: undefined,
    recipients: recipients.map(({ operator, age }) => `${operator}\n${digestOf(age)}`).join('\n'),
    binds: Object.entries(binds)
      .map(([name, value]) => `:${name} = ${value}`)
      .join('\n'),
    code: shortCode(digest),
  };
}

function made({ operator, site, world }: Session) {
  return { operator, time: localTime(world.now(), site.timeZone) };
}

function approversOf({ approval }: Extraction): string {
  return (approval?.grants ?? []).map(({ approver }) => approver).join('、');
}

function day(at: string, { site }: Session): string {
  return localTime(at, site.timeZone).slice(0, 10);
}

async function speaker({ world }: Session): Promise<(text: Text) => string> {
  const dictionary = JSON.parse(await world.keep.template('locales/zh-CN.json')) as Dictionary;
  return (text) => speak(text, dictionary);
}
