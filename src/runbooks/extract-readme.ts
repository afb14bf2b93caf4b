/** README.txt beside an export: how the recipient opens it, in the recipient's language, with and without our program. */
import type { Application } from '../rules/application.ts';

/** The file's name before it is encrypted: whose it is stands in it, wherever a copy turns up. */
export function fileOf({ name, id, requester, format }: Application): string {
  return `${name}-${id}-${requester}.${format}`;
}

/** For a file that is one encrypted stream. */
export function readme(application: Application): string {
  const file = fileOf(application);
  const byKey = application.passphrase ? ['  只有口令时：', `  age -d -i key.age -o ${file} ${file}.age`] : [];
  return [
    `数据提取 ${application.id}`,
    '',
    `接收人：${application.recipients.map(({ operator }) => operator).join('、')}`,
    `销毁期限：${application.destroyBy}`,
    '',
    '一、用浏览器打开（不联网，无需安装）：双击 open.html，选择数据文件，',
    `  再选择您的私钥文件${application.passphrase ? '，或输入口令' : ''}。页面核对清单后才保存。`,
    '二、用 gxops 打开（解密并核对清单）：',
    `  gxops extract open ${file}.age --identity 您的私钥文件 --to ${file}`,
    ...(application.passphrase ? ['  只有口令时省去 --identity，按提示输入。'] : []),
    '三、用 age 程序打开：',
    `  age -d -i 您的私钥文件 -o ${file} ${file}.age`,
    ...byKey,
    '  再核对：sha256sum 的结果应与 manifest.json 中的 sha256（密文）、plain（明文）一致。',
    '',
    'manifest.json 说明各列的脱敏方式、行数和文件格式，已由制作人签名；其中没有任何数据内容。',
    '密文的 SHA-256 应与签收单上的一致。',
    '数据仅限申请用途使用，到期销毁，不得转交他人。',
    '',
  ].join('\r\n');
}

/** For a package of encrypted parts. */
export function partsReadme(application: Application): string {
  const file = fileOf(application);
  const key = application.passphrase ? '您的私钥文件（只有口令时用 key.age）' : '您的私钥文件';
  return [
    `数据提取 ${application.id}（分段）`,
    '',
    `接收人：${application.recipients.map(({ operator }) => operator).join('、')}`,
    `销毁期限：${application.destroyBy}`,
    '',
    '数据量大，分段加密，装在一个 ZIP 包中；各段依次解密后首尾相接即为完整文件，只有第一段带表头。',
    '',
    '一、用浏览器打开（不联网，无需安装）：双击 open.html，选择 ZIP 包，再选择您的私钥文件。页面核对后合成一个文件。',
    '二、用 gxops 打开（解密、核对清单并合成一个文件）：',
    `  gxops extract open ${file}.age.zip --identity 您的私钥文件 --to ${file}`,
    ...(application.passphrase ? ['  只有口令时省去 --identity，按提示输入。'] : []),
    '三、用 unzip 和 age 程序打开：',
    `  unzip ${file}.age.zip`,
    `  for f in ${file.replace(/\.[a-z]+$/, '')}-*.age; do age -d -i ${key} "$f"; done > ${file}`,
    '  再核对：ZIP 包的 sha256sum 应与 manifest.json 中的 sha256 一致，各段密文、明文的应与 parts 中的 sha256、plain 一致；',
    '  清单的 plain 是各段 plain（十六进制文本）依次相接后的 SHA-256。',
    '',
    'manifest.json 说明各列的脱敏方式、行数和文件格式，已由制作人签名；其中没有任何数据内容。',
    'snapshots 是读取时数据库的不同状态数：大于 1 表示中断后续传，各段不是同一时刻的数据。',
    '密文的 SHA-256 应与签收单上的一致。',
    '数据仅限申请用途使用，到期销毁，不得转交他人。',
    '',
  ].join('\r\n');
}
