/** The third step: the verified file as it is, or as a spreadsheet, to where the reader wants it. */
import type { Manifest } from './manifest.ts';
import type { Asked, Done } from './messages.ts';
import { refusalOf } from './refusal.ts';
import { at, refused, said, state } from './show.ts';
import type { Said } from './texts.ts';
import { MIME } from './worker.ts';

type Save = Extract<Asked, { ask: 'save' }>;
/** The chooser of newer browsers; TypeScript's own library does not know it. */
type Chooser = (options: object) => Promise<FileSystemFileHandle>;

const SAME: Readonly<Record<Manifest['format'], Said>> = {
  csv: ['保存 CSV', 'Save the CSV'],
  jsonl: ['保存 JSON 行文件', 'Save the JSON lines'],
  xlsx: ['保存 XLSX 表格', 'Save the XLSX'],
};
const AS_XLSX: Said = ['另存为 XLSX 表格', 'Save as XLSX'];
const HINT: Said = [
  'XLSX 供人查看：金额等数字可以求和，号码一律存为文本、不会变形，公式不会执行。保存后的文件不再加密，请按用途保管并按期销毁。',
  'The XLSX is for reading: amounts can be added up, all identifiers are text and stay whole, no formula runs. A saved file is no longer encrypted: keep it as the purpose demands and destroy it in time.',
];
const OPEN_HINT: Said = [
  '保存后的文件不再加密，请按用途保管并按期销毁。',
  'A saved file is no longer encrypted: keep it as the purpose demands and destroy it in time.',
];

/** Makes the buttons work. `ask` runs one save, showing its progress. */
export function saveStep(manifest: Manifest, ask: (save: Save) => Promise<Done>): void {
  const plain = manifest.file.replace(/\.age(\.zip)?$/, '');
  at('save-same').replaceChildren(...said(SAME[manifest.format]));
  at('save-xlsx').replaceChildren(...said(AS_XLSX));
  at('save-xlsx').hidden = manifest.format === 'xlsx';
  at('save-hint').replaceChildren(...said(manifest.format === 'xlsx' ? OPEN_HINT : HINT));
  const bind = (id: string, as: Save['as'], name: string, type: string): void =>
    at(id).addEventListener('click', () => void save(as, safeName(name), type, ask));
  bind('save-same', 'same', plain, MIME[manifest.format]);
  bind('save-xlsx', 'xlsx', `${plain.replace(/\.(csv|jsonl)$/, '')}.xlsx`, MIME.xlsx);
}

/** Opens or locks the step. */
export function allowSaving(allowed: boolean): void {
  at<HTMLFieldSetElement>('step-save').disabled = !allowed;
  at('save-locked').hidden = allowed;
  at('save-buttons').hidden = !allowed;
  at('save-hint').hidden = !allowed;
  at('save-state').hidden = true;
}

/** A name that no system takes for a path or for something to run. */
function safeName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]/gu, '_').replace(/^\.+/, '_');
}

async function save(as: Save['as'], name: string, type: string, ask: (save: Save) => Promise<Done>): Promise<void> {
  const handle = await chosen(name, type);
  if (handle === null) return;
  at('save-state').hidden = true;
  try {
    const { blob } = await ask({ ask: 'save', as, handle });
    if (blob !== undefined) download(blob, name);
    state(
      'save-state',
      true,
      [`已保存：${handle?.name ?? name}`, `Saved: ${handle?.name ?? name}`],
      WHERE[handle ? 0 : 1],
    );
  } catch (error) {
    const { code, values } = refusalOf(error);
    refused('save-state', code, values, ['没有保存', 'Not saved']);
  }
}

const WHERE: readonly [Said, Said] = [
  ['文件在您选择的文件夹中。', 'It is in the folder that you chose.'],
  ['文件在浏览器的下载文件夹中。', 'It is in the download folder of the browser.'],
];

/** The place the reader chose; null when the reader thought better of it, undefined where the browser has no chooser. */
async function chosen(name: string, type: string): Promise<FileSystemFileHandle | null | undefined> {
  const choose = 'showSaveFilePicker' in window ? (window.showSaveFilePicker as Chooser) : undefined;
  if (choose === undefined) return undefined;
  const ending = /\.\w+$/.exec(name)?.[0] ?? '.csv';
  try {
    return await choose({ suggestedName: name, types: [{ accept: { [type]: [ending] } }] });
  } catch (error) {
    // AbortError: the reader closed the chooser. Any other: this browser does not let a page choose; it downloads.
    return error instanceof DOMException && error.name === 'AbortError' ? null : undefined;
  }
}

/** The address is let go only once the browser has certainly begun to read it. */
const HELD = 60_000;

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HELD);
}
