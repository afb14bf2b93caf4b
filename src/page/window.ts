/** The window: three steps, one after another; nothing is offered before the step in front of it is done. */
import { bytesOf, type Manifest, sealedManifest } from './manifest.ts';
import type { Asked, Done } from './messages.ts';
import { refusalOf, refuse } from './refusal.ts';
import { allowSaving, saveStep } from './save-step.ts';
import { type SecretStep, secretStep } from './secret-step.ts';
import { at, refused, said, showManifest, showRows, state } from './show.ts';
import type { Said } from './texts.ts';
import { startWorker } from './worker-thread.ts';

const TITLE: Said = ['打开加密数据文件', 'Open an encrypted data file'];
const REFUSED: Said = ['未通过核对，没有保存任何数据', 'NOT verified; nothing was saved'];
const FILE_REFUSED: Said = ['不能使用这个文件', 'This file cannot be used'];
const NOT_HERE: Said = ['本页无法在这里使用', 'The page cannot be used here'];
const NOT_OPENED: Said = ['没有打开，没有保存任何数据', 'Not opened; nothing was saved'];
const STAYED_SHUT = ['passphrase', 'identity', 'identityPassphrase', 'workFactor', 'stranger'];

/** Runs the page. `script` is its own text, of which the worker is made. */
export function openWindow(script: string): void {
  speak(isChinese(navigator.languages) ? 'zh' : 'en');
  at('language').addEventListener('click', () =>
    speak(document.documentElement.dataset.language === 'zh' ? 'en' : 'zh'),
  );
  at('again').addEventListener('click', () => location.reload());
  at('cancel').addEventListener('click', () => location.reload());
  try {
    if (!window.isSecureContext || typeof DecompressionStream === 'undefined') throw refuse('browser');
    const manifest = sealedManifest(at('manifest').textContent ?? '');
    showManifest(manifest);
    steps(manifest, startWorker(script).ask);
  } catch (error) {
    const { code, values } = refusalOf(error);
    refused('seal', code, values, code === 'browser' ? NOT_HERE : ['不要使用', 'Do not use']);
    at<HTMLFieldSetElement>('step-file').disabled = true;
    // Steps that cannot be taken, beside facts that nobody vouches for, would only mislead.
    at('body').hidden = true;
  }
}

/** Chinese for whoever reads it at all, and where the browser does not tell. */
function isChinese(languages: readonly string[]): boolean {
  return languages.length === 0 || languages.some((one) => one.toLowerCase().startsWith('zh'));
}

/** Shows the page in this language; both are always there. */
function speak(language: 'zh' | 'en'): void {
  const page = document.documentElement;
  page.dataset.language = language;
  page.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = TITLE[language === 'zh' ? 0 : 1];
  at('language').textContent = language === 'zh' ? 'English' : '中文';
  at('language').lang = '';
}

type Ask = (asked: Asked, progress: (share: number) => void) => Promise<Done>;

function steps(manifest: Manifest, ask: Ask): void {
  const key = at('key').textContent?.trim() ?? '';
  const sealed = key === '' ? undefined : bytesOf(key);
  const secret = secretStep(sealed !== undefined, (error) => opened(error));
  const started = ask({ ask: 'start', manifest, key: sealed }, () => undefined);
  const opened = (error: unknown): void => {
    const { code, values } = refusalOf(error);
    refused('result', code, values, STAYED_SHUT.includes(code) ? NOT_OPENED : REFUSED);
    at('result').scrollIntoView({ block: 'nearest' });
    secret.focus();
  };
  chooseFile((file) => void started.then(() => check(file, manifest, secret, ask)));
  at('open').addEventListener('click', () => void open(manifest, secret, ask).catch(opened));
  saveStep(manifest, (save) => during(['正在解密并保存', 'Decrypting and saving'], (told) => ask(save, told)));
}

/** By the button or dropped anywhere on the page. */
function chooseFile(chosen: (file: File) => void): void {
  const input = at<HTMLInputElement>('file');
  const take = (file: File | undefined): void => {
    if (file !== undefined && !at<HTMLFieldSetElement>('step-file').disabled) chosen(file);
  };
  input.addEventListener('change', () => {
    take(input.files?.[0]);
    // So that the same file, copied anew, can be chosen again.
    input.value = '';
  });
  const page = document.documentElement;
  const over = (event: DragEvent, on: boolean): void => {
    event.preventDefault();
    page.classList.toggle('dropping', on);
  };
  page.addEventListener('dragover', (event) => over(event, true));
  page.addEventListener('dragleave', (event) => over(event, false));
  page.addEventListener('drop', (event) => {
    over(event, false);
    take(event.dataTransfer?.files[0]);
  });
}

async function check(file: File, manifest: Manifest, secret: SecretStep, ask: Ask): Promise<void> {
  forget(false);
  at('file-state').hidden = true;
  try {
    await during(['正在核对文件', 'Checking the file'], (told) => ask({ ask: 'check', file }, told));
    state('file-state', true, ['文件完整，与清单一致', 'The file is whole and is the one in the manifest']);
    allowOpening(true);
    secret.focus();
  } catch (error) {
    const { code, values } = refusalOf(error);
    refused('file-state', code, { ...values, file: manifest.file }, FILE_REFUSED);
  }
}

async function open(manifest: Manifest, secret: SecretStep, ask: Ask): Promise<void> {
  forget(true);
  const given = secret.take();
  const text: Said = ['正在解密并核对', 'Decrypting and verifying'];
  const { found } = await during(text, (told) => ask({ ask: 'open', secret: given }, told));
  if (found === undefined) throw refuse('bug');
  const rows = found.rows.toLocaleString('en');
  state('result', true, [`核对无误：共 ${rows} 行`, `Verified: ${rows} rows`], SEEN, COMPARE);
  showRows(manifest, found.preview);
  at('step-secret').classList.add('done');
  allowSaving(true);
  at('save-same').focus({ preventScroll: true });
  at('result').scrollIntoView({ block: 'nearest' });
}

const SEEN: Said = [
  '清单签名、加密文件、解密后的数据和行数全部一致。',
  'Signature of the manifest, encrypted file, decrypted data and number of rows all agree.',
];
const COMPARE: Said = [
  '本页不能证明清单是谁签的：请将右侧的文件 SHA-256 与签收单上的核对，签名公钥指纹可向交付人核实。',
  'The page cannot prove who signed: compare the SHA-256 of the file with the hand-over sheet; whoever handed it over can confirm the fingerprint of the signing key.',
];

/** Takes back what an earlier file or attempt had opened. */
function forget(checked: boolean): void {
  at('result').hidden = true;
  at('preview').hidden = true;
  at('rows').querySelector('tbody')?.replaceChildren();
  at('step-secret').classList.remove('done');
  allowSaving(false);
  allowOpening(checked);
  at('again').hidden = false;
}

function allowOpening(allowed: boolean): void {
  at<HTMLFieldSetElement>('step-secret').disabled = !allowed;
  at('step-file').classList.toggle('done', allowed);
}

/** Shows what is going on and how far it is; meanwhile nothing else can be begun. */
async function during(text: Said, work: (told: (share: number) => void) => Promise<Done>): Promise<Done> {
  const fields = ['step-file', 'step-secret', 'step-save'].map((id) => at<HTMLFieldSetElement>(id));
  const were = fields.map(({ disabled }) => disabled);
  for (const field of fields) field.disabled = true;
  const bar = at<HTMLProgressElement>('progress');
  const told = (share: number): void => {
    bar.value = share;
    at('work-share').textContent = `${Math.round(share * 100)} %`;
  };
  bar.removeAttribute('value');
  at('work-share').textContent = '';
  at('work-text').replaceChildren(...said(text));
  at('work').hidden = false;
  try {
    return await work(told);
  } finally {
    at('work').hidden = true;
    for (const [i, field] of fields.entries()) field.disabled = were[i] ?? false;
  }
}
