/** Writes a dictionary: a commented header in both languages, then a column a line, each with what speaks for it. */
import type { Dictionary } from '../core/site.ts';

const HEADER = `# 数据字典：哪一列是什么、什么级别、依据什么 / Data dictionary: which column is what, how grave, by which rule.
# 本文件由 gxops extract classify 提出、采购人业务部门用 gxops approve 确认后生效；直接改动后，每次提取都要业务部门加签。
# Proposed by gxops extract classify, in force once the purchaser's owner has confirmed it by gxops approve; after an edit by hand every extraction needs the owner's signature too.
# 要修改：改 {proposed}，再 gxops extract classify --database {database} --file {proposed}
# To change it: edit {proposed}, then gxops extract classify --database {database} --file {proposed}
# kind 类别 / kind: clear 可明文 / shown; amount 金额 / amounts; free-text 只掩文本中的标识 / only identifiers in it are masked; whole 全部掩盖 / masked wholly;
#   credit-code taxpayer-id citizen-id phone bank-account invoice-code invoice-no person-name company-name address email plate passport pseudonym
# level 级别 / level: core 核心, important 重要, general 一般（核心数据由国家有关部门认定，工具从不提出 / core data are named by the state; the tool never proposes it）
# 一列一行，格式不变读得最快 / One column a line: kept so, it is read fastest.
`;

/** The text; `remarks` are written behind their column as comments. Reads back as the same dictionary. */
export function writeDictionary(
  database: string,
  { version, columns }: Dictionary,
  remarks: Readonly<Record<string, string>> = {},
): string {
  const proposed = `dictionary/${database}.proposed.yml`;
  const header = HEADER.replaceAll('{proposed}', proposed).replaceAll('{database}', database);
  const lines = Object.entries(columns).map(([name, { kind, level, source, note }]) => {
    const more = note === undefined ? '' : `, note: ${quoted(note)}`;
    const remark = Object.hasOwn(remarks, name) ? ` # ${oneLine(remarks[name] ?? '')}` : '';
    return `  ${name}: { kind: ${kind}, level: ${level}, source: ${quoted(source)}${more} }${remark}`;
  });
  return `${header}version: ${version}\ndatabase: ${database}\ncolumns:\n${lines.join('\n')}\n`;
}

/** The comments behind the columns of a text, by name in small letters: what spoke for each when it was proposed. */
export function remarksIn(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/^ {2}([^\s:]+): \{.*\} # (.*)$/gm)];
  return Object.fromEntries(found.map(([, name = '', remark = '']) => [name.toLowerCase(), remark.trim()]));
}

function quoted(text: string): string {
  return `"${oneLine(text).replace(/["\\]/g, '\\$&')}"`;
}

function oneLine(text: string): string {
  // U+FFFD stands for text that was lost, and a reader of files takes it for a broken one.
  return text.replace(/[\p{C}\ufffd]+|\s+/gu, ' ').trim();
}
