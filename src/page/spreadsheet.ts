/** An XLSX out of rows, as they stream: text stays text, so that nothing is shortened, rounded or computed. */
import type { Manifest } from './manifest.ts';
import type { Cell } from './records.ts';
import { refuse } from './refusal.ts';
import type { Sink } from './sink.ts';
import { type Entry, packageTo } from './zip.ts';

/** Rows one after another; `end` closes the package. */
export interface Spreadsheet {
  rows(more: Iterable<readonly Cell[]>): Promise<void>;
  end(): Promise<void>;
}

/** Most rows of a sheet and most characters of a cell (ECMA-376; Excel's own limits). */
const ROWS = 1_048_576;
const CHARACTERS = 32_767;
/** Characters gathered before they are handed on. */
const GATHERED = 1 << 18;
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const TOP = `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultColWidth="18" defaultRowHeight="15"/><sheetData>`;
const BOTTOM = '</sheetData></worksheet>';
/**
 * Style 1 is bold text, styles 2 to 4 are text (number format 49, `@`: what is typed over a cell stays text too), alike to look at yet not
 * equal, or a program that saves the file again would make them one: 3 and 4 carry on the bits 0 and 1 of the mark of the file it was made
 * from, so that a spreadsheet that leaks tells whose it was. Protection means nothing in a sheet that is not protected.
 */
const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1"/><xf numFmtId="49" applyNumberFormat="1" applyProtection="1"><protection locked="0"/></xf><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" applyNumberFormat="1" applyProtection="1"><protection hidden="1"/></xf></cellXfs></styleSheet>`;
const BOLD = 1;
const TEXT = 2;
const MARKED = [3, 4] as const;
const encoder = new TextEncoder();

/**
 * A workbook of the rows under the manifest's column names, a further sheet where one is full, and a last sheet that says where they
 * come from. Refuses a cell or a row that a spreadsheet would cut.
 */
export async function spreadsheetTo(sink: Sink, manifest: Manifest): Promise<Spreadsheet> {
  const zip = packageTo(sink);
  const head = manifest.columns.map(({ name }) => textCell(name));
  const sheets: string[] = [];
  const sheet: { entry?: Entry; text: string; rows: number } = { text: '', rows: 0 };
  const flush = async (): Promise<void> => {
    const bytes = encoder.encode(sheet.text);
    sheet.text = '';
    await sheet.entry?.write(bytes);
  };
  const open = async (name: string, first: readonly Cell[]): Promise<void> => {
    sheets.push(name);
    sheet.entry = await zip.entry(`xl/worksheets/sheet${sheets.length}.xml`);
    sheet.rows = 1;
    sheet.text = TOP + rowText(1, first, BOLD);
  };
  const add = async (more: Iterable<readonly Cell[]>, full: () => Promise<void>): Promise<void> => {
    for (const cells of more) {
      if (sheet.rows === ROWS) await full();
      sheet.rows += 1;
      sheet.text += rowText(sheet.rows, cells, TEXT);
      if (sheet.text.length > GATHERED) await flush();
    }
  };
  const close = async (): Promise<void> => {
    sheet.text += BOTTOM;
    await flush();
    await sheet.entry?.end();
  };
  const next = async (): Promise<void> => {
    await close();
    await open(`数据${sheets.length + 1}`, head);
  };
  await open('数据', head);
  return {
    rows: (more) => add(more, next),
    async end() {
      await close();
      await open('来源', [textCell('来源'), textCell('本表由核对无误的加密文件转换')]);
      await add(originOf(manifest), async () => undefined);
      await close();
      for (const [name, text] of parts(sheets)) await whole(await zip.entry(name), text);
      await zip.finish();
    },
  };
}

async function whole(entry: Entry, text: string): Promise<void> {
  await entry.write(encoder.encode(text));
  await entry.end();
}

function textCell(text: string): Cell {
  return { text, number: false };
}

/** The facts that must travel with the rows: whose they are, for what, until when, and the hash of what they were made from. */
function originOf(manifest: Manifest): Cell[][] {
  const { extraction, file, plain, purpose, destroyBy, watermark } = manifest;
  const marks = Array.isArray(watermark) ? watermark.map(String).join('　') : '';
  const facts = [
    ['数据提取', extraction],
    ['加密文件', file],
    ['原数据 SHA-256', plain],
    ['用途', typeof purpose === 'string' ? purpose : ''],
    ['销毁期限', typeof destroyBy === 'string' ? destroyBy : ''],
    ['水印', marks],
  ];
  return facts.map((pair) => pair.map(textCell));
}

const names: string[] = [];

/** A, B … Z, AA … for column 0, 1 … */
function columnName(column: number): string {
  const known = names[column];
  if (known !== undefined) return known;
  const letter = String.fromCharCode(65 + (column % 26));
  const name = column < 26 ? letter : columnName(Math.floor(column / 26) - 1) + letter;
  names[column] = name;
  return name;
}

function rowText(row: number, cells: readonly Cell[], style: number): string {
  if (cells.length > 16_384) throw refuse('spreadsheet');
  let text = `<row r="${row}">`;
  for (const [column, cell] of cells.entries()) text += cellText(`${columnName(column)}${row}`, cell, style);
  return `${text}</row>`;
}

function cellText(place: string, { text, number, mark }: Cell, style: number): string {
  if (text === null) return '';
  if (text.length > CHARACTERS) throw refuse('spreadsheet');
  if (number && isExact(text)) return `<c r="${place}"><v>${text}</v></c>`;
  const marked = mark === undefined ? style : MARKED[mark];
  return `<c r="${place}" s="${marked}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

/** A spreadsheet keeps fifteen digits. */
function isExact(text: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15;
}

const SPECIAL = /[&<>\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)/g;

/** Text as XML; what XML cannot hold, and what looks like its escape, as `_xHHHH_` (ECMA-376 part 1, 22.4.2.4 ST_Xstring). */
function xmlText(text: string): string {
  // A line break in a cell is LF.
  return text.replaceAll('\r\n', '\n').replace(SPECIAL, (character) => {
    if (character === '&') return '&amp;';
    if (character === '<') return '&lt;';
    if (character === '>') return '&gt;';
    return `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
  });
}

/** The package's other members. */
function parts(sheets: readonly string[]): [name: string, text: string][] {
  const listed = sheets.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('');
  const related = sheets
    .map((_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`)
    .join('');
  const typed = sheets
    .map((_, i) => `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${TYPES}.worksheet+xml"/>`)
    .join('');
  const relationships = (inner: string): string =>
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${inner}</Relationships>`;
  return [
    ['xl/workbook.xml', `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${listed}</sheets></workbook>`],
    [
      'xl/_rels/workbook.xml.rels',
      relationships(`${related}<Relationship Id="rIdStyles" Type="${OFFICE}/styles" Target="styles.xml"/>`),
    ],
    ['xl/styles.xml', STYLES],
    [
      '_rels/.rels',
      relationships(`<Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/>`),
    ],
    [
      '[Content_Types].xml',
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPES}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPES}.styles+xml"/>${typed}</Types>`,
    ],
  ];
}
