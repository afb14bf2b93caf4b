/** The page's sentences, Chinese and English side by side. */
import type { Code, Values } from './refusal.ts';

/** One sentence in both languages. */
export type Said = readonly [zh: string, en: string];

/** A sentence with its `{places}` filled in both languages. */
export function filled([zh, en]: Said, values: Values): Said {
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (place, name) => `${shown(values[name]) ?? place}`);
  return [fill(zh), fill(en)];
}

function shown(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}

/** What a refusal says: what happened, and what to do. */
export interface Explained {
  readonly what: Said;
  readonly todo: Said;
}

const ASK: Said = ['请联系把文件交给您的人，重新领取。', 'Ask whoever handed the file over for a new copy.'];
const TELL: Said = [
  '不要使用这份文件。请保留原件，并告知把文件交给您的人和安全管理员。',
  'Do not use this file. Keep it as it is, and tell whoever handed it over and the security officer.',
];

/** The sentences for every refusal. */
export const EXPLAINED: Readonly<Record<Code, Explained>> = {
  browser: {
    what: ['这个浏览器缺少本页所需的功能。', 'This browser lacks what the page needs.'],
    todo: [
      '请把整个文件夹复制到本机磁盘，用 Chrome、Edge 或其他 Chromium 109 及以上的浏览器直接打开 open.html。',
      'Copy the whole folder to the disk of this computer and open open.html with Chrome, Edge or another browser of Chromium 109 or later.',
    ],
  },
  unsealed: {
    what: ['本页没有清单，无法核对任何文件。', 'This page holds no manifest: it cannot verify any file.'],
    todo: ['请使用数据文件夹中的 open.html。', 'Use the open.html of the folder that holds the data file.'],
  },
  manifest: {
    what: ['本页中的清单无法识别。', 'The manifest in this page cannot be understood.'],
    todo: ASK,
  },
  signature: {
    what: [
      '清单的数字签名不成立：清单或本页在签名之后被改动过。',
      'The signature of the manifest does not hold: manifest or page was changed after it was signed.',
    ],
    todo: TELL,
  },
  notAge: {
    what: ['选择的不是加密数据文件。', 'This is not the encrypted data file.'],
    todo: ['请选择 {file}。', 'Choose {file}.'],
  },
  cut: {
    what: ['文件不完整：应为 {bytes} 字节，只有 {size} 字节。', 'The file is incomplete: {size} bytes of {bytes}.'],
    todo: [
      '请从原介质重新复制完整的文件 {file}；如仍如此，请联系交付人。',
      'Copy {file} again from where it came; if it stays so, ask whoever handed it over.',
    ],
  },
  longer: {
    what: [
      '这不是清单所列的文件：应为 {bytes} 字节，却有 {size} 字节。',
      'This is not the file of the manifest: {size} bytes instead of {bytes}.',
    ],
    todo: [
      '请选择 {file}；如确为该文件，请联系交付人。',
      'Choose {file}; if it is that one, ask whoever handed it over.',
    ],
  },
  changed: {
    what: [
      '文件内容与清单不符（SHA-256 不同）：文件损坏、被改动，或属于另一次提取。',
      'The file differs from the manifest (another SHA-256): damaged, changed, or of another extraction.',
    ],
    todo: [
      '请从原介质重新复制 {file} 再试；如仍如此，不要使用，并告知交付人。',
      'Copy {file} again from where it came; if it stays so, do not use it and tell whoever handed it over.',
    ],
  },
  passphrase: {
    what: ['口令不对。', 'The passphrase is wrong.'],
    todo: [
      '请再输入一次，注意大小写、全角半角和首尾空格。',
      'Type it again; mind capitals, full-width signs and blanks at the ends.',
    ],
  },
  workFactor: {
    what: [
      '私钥的口令保护强度超出本页的限度，没有尝试。',
      'The key is protected with more work than this page is willing to do; it was not tried.',
    ],
    todo: ['请改用 age 程序打开。', 'Open the file with the age program instead.'],
  },
  identity: {
    what: [
      '没有读到可用的私钥。需要以 AGE-SECRET-KEY-1 开头的 age 私钥（可以带口令保护），不是数据文件；不支持 SSH 私钥和插件私钥。',
      'No usable identity was found. An age identity (AGE-SECRET-KEY-1…, perhaps under a passphrase) is needed, not the data file; SSH keys and plugins are not supported.',
    ],
    todo: ['请选择您自己的 age 私钥文件。', 'Choose your own age identity file.'],
  },
  identityPassphrase: {
    what: ['私钥文件的口令不对。', 'The passphrase of the identity file is wrong.'],
    todo: ['请再输入一次，注意大小写。', 'Type it again; mind capitals.'],
  },
  stranger: {
    what: [
      '这把私钥打不开该文件：文件不是加密给它的。',
      'This identity does not open the file: it was not encrypted to it.',
    ],
    todo: [
      '请核对清单中的接收人，使用该接收人的私钥。',
      'Look at the recipients in the manifest and use the identity of one of them.',
    ],
  },
  damaged: {
    what: [
      '解密中断：文件中有一段不是原来的内容，或者文件被截断。',
      'Decryption stopped: a part of the file is not genuine, or the file was cut.',
    ],
    todo: TELL,
  },
  plain: {
    what: [
      '解密后的数据与清单不符（SHA-256 不同）。',
      'The decrypted data differ from the manifest (another SHA-256).',
    ],
    todo: TELL,
  },
  rows: {
    what: [
      '行数与清单不符：应为 {rows} 行，实有 {found} 行。',
      'The number of rows differs from the manifest: {found} instead of {rows}.',
    ],
    todo: TELL,
  },
  unreadable: {
    what: [
      '文件读不下去：可能已被移走、改动，或介质已拔出。',
      'The file could not be read on: it may have been moved or changed, or its medium was pulled out.',
    ],
    todo: [
      '请把文件夹复制到本机磁盘，重新选择文件。',
      'Copy the folder to the disk of this computer and choose the file again.',
    ],
  },
  spreadsheet: {
    what: [
      '这份数据放不进 XLSX：有的内容超出表格软件的限度，会被截断。',
      'These data do not fit into an XLSX: some would be cut by a spreadsheet program.',
    ],
    todo: ['请按原格式保存。', 'Save the file as it is.'],
  },
  disk: {
    what: [
      '没有保存成功：磁盘空间不足、没有写入权限，或文件正被其他程序打开。',
      'It could not be saved: the disk is full, writing is not permitted, or another program has the file open.',
    ],
    todo: ['请换一个位置或文件名再保存。', 'Save again elsewhere or under another name.'],
  },
  bug: {
    what: ['本页出现意外错误（{name}）。', 'The page failed unexpectedly ({name}).'],
    todo: ['请重新打开本页再试，或改用 age 程序打开。', 'Open the page again, or use the age program.'],
  },
};

/** What the masks do, for those a recipient meets; another kind is named as it is. */
const MASKS: Readonly<Record<string, Said>> = {
  released: ['明文（经批准）', 'in clear (approved)'],
  clear: ['明文', 'in clear'],
  amount: ['明文（金额）', 'in clear (amount)'],
  whole: ['整列遮盖', 'hidden wholly'],
  'free-text': ['文本，其中的敏感号码遮盖', 'text, identifiers in it hidden'],
  'credit-code': ['信用代码，部分遮盖', 'credit code, partly hidden'],
  'taxpayer-id': ['纳税人识别号，部分遮盖', 'taxpayer id, partly hidden'],
  'citizen-id': ['身份证号，部分遮盖', 'citizen id, partly hidden'],
  phone: ['电话，部分遮盖', 'phone, partly hidden'],
  'bank-account': ['银行账号，部分遮盖', 'bank account, partly hidden'],
  'invoice-code': ['发票代码，部分遮盖', 'invoice code, partly hidden'],
  'invoice-no': ['发票号码，部分遮盖', 'invoice number, partly hidden'],
  'person-name': ['姓名，部分遮盖', 'name, partly hidden'],
  'company-name': ['单位名称，部分遮盖', 'firm, partly hidden'],
  address: ['地址，部分遮盖', 'address, partly hidden'],
  email: ['电子邮箱，部分遮盖', 'email, partly hidden'],
  plate: ['车牌，部分遮盖', 'plate, partly hidden'],
  passport: ['护照号，部分遮盖', 'passport, partly hidden'],
  pseudonym: ['代号（同一对象代号相同）', 'pseudonym (the same for the same)'],
};

/** A mask in words. */
export function maskSaid(mask: string): Said {
  return Object.hasOwn(MASKS, mask) ? (MASKS[mask] ?? [mask, mask]) : [mask, mask];
}
