/** Puts text on the page: always as text, never as markup, in both languages at once. */
import { fingerprintOf, isRecord, type Manifest } from './manifest.ts';
import type { Code, Values } from './refusal.ts';
import { EXPLAINED, filled, maskSaid, type Said } from './texts.ts';

/** The element of this id; its absence is a fault of the page. */
export function at<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no ${id}`);
  return found as Kind;
}

/** Both languages of a sentence; the style shows one of them. */
export function said([zh, en]: Said): HTMLElement[] {
  return [spoken('zh-CN', zh), spoken('en', en)];
}

function spoken(lang: string, text: string): HTMLElement {
  const span = document.createElement('span');
  span.lang = lang;
  span.textContent = text;
  return span;
}

/** Control, bidirectional and invisible characters of foreign text, shown as `\u{…}`: a name must not look like another. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function element(tag: string, content: readonly (Node | string)[], name = ''): HTMLElement {
  const made = document.createElement(tag);
  made.append(...content);
  if (name !== '') made.className = name;
  return made;
}

/** Shows a box that says how it stands: a bold sentence and further ones. */
export function state(id: string, good: boolean, bold: Said, ...more: readonly Said[]): void {
  const box = at(id);
  box.replaceChildren(element('strong', said(bold)), ...more.map((one) => element('p', said(one))));
  box.classList.toggle('good', good);
  box.classList.toggle('bad', !good);
  box.hidden = false;
}

/** Shows a refusal: what happened, that nothing was saved, what to do. */
export function refused(id: string, code: Code, values: Values, bold: Said): void {
  const { what, todo } = EXPLAINED[code];
  const plain = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? visible(value) : value]),
  );
  state(id, false, bold, filled(what, plain), filled(todo, plain));
}

/** Fills the manifest's facts and columns. */
export function showManifest(manifest: Manifest): void {
  at('expected').textContent = visible(manifest.file);
  const list = at('facts');
  for (const [name, value, mono] of factsOf(manifest)) {
    if (value === '') continue;
    list.append(element('dt', said(name)), element('dd', [visible(value)], mono ? 'mono' : ''));
  }
  const due = overdue(manifest.destroyBy);
  if (due) list.append(element('dt', []), element('dd', said(PAST), 'warn'));
  if (typeof manifest.snapshots === 'number' && manifest.snapshots > 1)
    list.append(element('dt', []), element('dd', said(MOMENTS), 'warn'));
  const body = at('columns').querySelector('tbody');
  for (const { name, mask } of manifest.columns)
    body?.append(element('tr', [element('td', [visible(name)]), element('td', said(maskSaid(visible(mask))))]));
}

const PAST: Said = [
  '已过销毁期限：请按规定销毁，不要再使用。',
  'The day of destruction has passed: destroy the file as ruled and do not use it.',
];

const MOMENTS: Said = [
  '分段读取时曾中断续读，各段不是同一时刻的数据。',
  'The parts were read at different moments: reading was broken off and gone on with.',
];

function overdue(day: unknown): boolean {
  const end = typeof day === 'string' ? new Date(/^\d{4}-\d\d-\d\d$/.test(day) ? `${day}T23:59:59` : day) : undefined;
  return end !== undefined && end.getTime() < Date.now();
}

function factsOf(manifest: Manifest): (readonly [name: Said, value: string, mono?: boolean])[] {
  const { limits, watermark } = manifest;
  const most = isRecord(limits) && typeof limits.rows === 'number' ? limits.rows.toLocaleString('en') : '';
  return [
    [['数据提取', 'Extraction'], manifest.extraction],
    [['行数', 'Rows'], manifest.rows.toLocaleString('en')],
    [['批准行数上限', 'Approved rows at most'], most],
    [['用途', 'Purpose'], textOf(manifest.purpose)],
    [['依据', 'Basis'], textOf(manifest.basis)],
    [['申请人', 'Requester'], textOf(manifest.requester)],
    [['接收人', 'Recipients'], operatorsOf(manifest.recipients)],
    [['销毁期限', 'Destroy by'], textOf(manifest.destroyBy)],
    [['数据库', 'Database'], textOf(manifest.database)],
    [['水印', 'Watermark'], Array.isArray(watermark) ? watermark.map(textOf).join(' · ') : ''],
    [['文件 SHA-256', 'SHA-256 of the file'], manifest.sha256, true],
    [['签名人', 'Signed by'], manifest.signature.operator],
    [['签名公钥指纹', 'Fingerprint of the signing key'], fingerprintOf(manifest), true],
  ];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function operatorsOf(recipients: unknown): string {
  if (!Array.isArray(recipients)) return '';
  return recipients.map((one) => (isRecord(one) ? textOf(one.operator) : '')).join('、');
}

/** The first rows, as they are in the file. */
export function showRows(manifest: Manifest, rows: readonly (readonly (string | null)[])[]): void {
  const table = at('rows');
  const heads = manifest.columns.map(({ name }) => element('th', [visible(name)]));
  table.querySelector('thead')?.replaceChildren(element('tr', heads));
  table.querySelector('tbody')?.replaceChildren(...rows.map((row) => element('tr', row.map(cell))));
  at('preview').hidden = rows.length === 0;
}

/** Longer texts are cut on the page, not in the file. */
const SHOWN = 200;

function cell(text: string | null): HTMLElement {
  if (text === null) return element('td', ['—'], 'none');
  const shown = visible(text.slice(0, SHOWN).replace(/\r?\n/g, ' ↵ '));
  const made = element('td', [shown]);
  made.title = shown;
  return made;
}
