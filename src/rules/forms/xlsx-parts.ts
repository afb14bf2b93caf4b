/** The parts of a workbook around its rows (ECMA-376 parts 1 and 2): sheets, styles, relationships, and a sheet that says where it comes from. */
import { kindName } from '../kinds.ts';
import { xml } from './xlsx-cells.ts';

/** The part that holds the rows, and the one in front of it that explains them. */
export const DATA_SHEET = 'xl/worksheets/sheet1.xml';
const ABOUT_SHEET = 'xl/worksheets/sheet2.xml';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export interface About {
  readonly columns: readonly string[];
  /** One kind per column. */
  readonly masks: readonly string[];
  readonly watermark: readonly string[];
}

/** Characters of a page's header or footer at most. */
const HEADER_MOST = 255;
const WIDEST = 60;
const NARROWEST = 9;

/** All up to the first row. `widths` in characters of a digit's width, one per column. */
export function sheetStart(widths: readonly number[]): string {
  const cols = widths
    .map((width) => Math.min(WIDEST, Math.max(NARROWEST, width + 2)))
    .map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('');
  const view =
    '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>';
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>${view}</sheetViews><sheetFormatPr defaultRowHeight="15"/>${cols === '' ? '' : `<cols>${cols}</cols>`}<sheetData>`;
}

/** All after the last row: every printed page bears the watermark. */
export function sheetEnd(watermark: readonly string[]): string {
  return `</sheetData>${printed(watermark)}</worksheet>`;
}

function printed(watermark: readonly string[]): string {
  // `&` begins a code of the header's own; 18.3.1.46.
  const mark = watermark
    .join('  ')
    .replaceAll('&', '＆')
    .slice(0, HEADER_MOST - 10);
  const margins = '<pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>';
  const page = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>';
  const footer = `&C${mark}`.slice(0, HEADER_MOST - 20);
  return `${margins}${page}<headerFooter><oddHeader>${xml(`&C${mark}`)}</oddHeader><oddFooter>${xml(`${footer}&R&P / &N`)}</oddFooter></headerFooter>`;
}

/** Every part but the rows', by name, in the order of the package. */
export function partsOf(about: About): Readonly<Record<string, string>> {
  const content = (name: string, type: string): string => `<Override PartName="/${name}" ContentType="${type}"/>`;
  const related = (id: number, kind: string, target: string, base = OFFICE): string =>
    `<Relationship Id="rId${id}" Type="${base}/${kind}" Target="${target}"/>`;
  const relationships = (inner: string): string =>
    `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${inner}</Relationships>`;
  const overrides = [
    content('xl/workbook.xml', `${TYPES}.sheet.main+xml`),
    content(ABOUT_SHEET, `${TYPES}.worksheet+xml`),
    content(DATA_SHEET, `${TYPES}.worksheet+xml`),
    content('xl/styles.xml', `${TYPES}.styles+xml`),
    content('docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml'),
  ];
  return {
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`,
    '_rels/.rels': relationships(
      related(1, 'officeDocument', 'xl/workbook.xml') +
        related(2, 'metadata/core-properties', 'docProps/core.xml', `${PACKAGE}/relationships`),
    ),
    'docProps/core.xml': core(about.watermark),
    'xl/workbook.xml': workbook(),
    'xl/_rels/workbook.xml.rels': relationships(
      related(1, 'worksheet', 'worksheets/sheet1.xml') +
        related(2, 'worksheet', 'worksheets/sheet2.xml') +
        related(3, 'styles', 'styles.xml'),
    ),
    'xl/styles.xml': styles(),
    [ABOUT_SHEET]: aboutSheet(about),
  };
}

function core(watermark: readonly string[]): string {
  return `${HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${xml(watermark[0] ?? '')}</dc:title><dc:creator>gxops</dc:creator><cp:keywords>${xml(watermark.join(' '))}</cp:keywords></cp:coreProperties>`;
}

/** Opens on the rows, the second of the two; their first one is printed on every page. */
function workbook(): string {
  return `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><bookViews><workbookView activeTab="1"/></bookViews><sheets><sheet name="说明" sheetId="2" r:id="rId2"/><sheet name="数据" sheetId="1" r:id="rId1"/></sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="1">数据!$1:$1</definedName></definedNames></workbook>`;
}

/** Number format 49 is text: what is typed over such a cell stays text too. 1 is a whole number, 2 has two decimals. */
function styles(): string {
  const font = (inner: string): string => `<font>${inner}<sz val="11"/><name val="等线"/><family val="2"/></font>`;
  const xf = (format: number, bold = 0, more = ''): string =>
    `<xf numFmtId="${format}" fontId="${bold}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"${bold === 1 ? ' applyFont="1"' : ''}${more === '' ? '/>' : ` applyAlignment="1">${more}</xf>`}`;
  // Alike to look at, yet not equal: a program that saves the file again would make one of two equal styles. Formulas alone can be hidden.
  const twin = `${xf(49).slice(0, -2)} applyProtection="1"><protection hidden="1"/></xf>`;
  const cells = [xf(0), xf(49), twin, xf(49, 1), xf(49, 0, '<alignment vertical="top" wrapText="1"/>'), xf(1), xf(2)];
  return `${HEAD}<styleSheet xmlns="${MAIN}"><fonts count="2">${font('')}${font('<b/>')}</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${cells.length}">${cells.join('')}</cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}

/** In the recipient's language, as the README beside the file is. */
const WORDS: Readonly<Record<string, string>> = {
  released: '明文（经批准）',
  clear: '原样；其中的文本查找并遮盖身份标识',
  amount: '原样（金额）',
  'free-text': '查找并遮盖其中的身份标识',
  unclassified: '未分类，按文本脱敏',
  pseudonym: '假名（可关联，不可还原）',
  whole: '整体遮盖',
};

function aboutSheet({ columns, masks, watermark }: About): string {
  const rows: (readonly string[])[] = [
    ['数据提取说明'],
    ...watermark.map((text, i) => [i === 0 ? '水印' : '', text]),
    [],
    ['列', '脱敏方式'],
    ...columns.map((name, i) => [name, maskWords(masks[i] ?? '')]),
    [],
    ['数值', '15 位以内的小数和整数为数值，更长的为文本；其余单元格均为文本，不含公式'],
    ['空值', '没有值的单元格为空；空文本是空的文本单元格'],
    ['核对', '本文件的散列值、行数、脱敏方式记录在同时移交的 manifest.json 中，清单已签名'],
    ['用途', '仅限申请用途使用，到期销毁，不得转交他人'],
  ];
  const lines = rows.map(
    (cells, i) => `<row r="${i + 1}">${cells.map((text, c) => aboutCell(text, i, c)).join('')}</row>`,
  );
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="1" width="24" customWidth="1"/><col min="2" max="2" width="70" customWidth="1"/></cols><sheetData>${lines.join('')}</sheetData>${printed(watermark)}</worksheet>`;
}

function maskWords(kind: string): string {
  const name = kindName(kind);
  return WORDS[name] ?? `部分遮盖（${name}）`;
}

function aboutCell(text: string, row: number, column: number): string {
  if (text === '') return '';
  const place = `${column === 0 ? 'A' : 'B'}${row + 1}`;
  return `<c r="${place}" s="${column === 0 ? 3 : 4}" t="inlineStr"><is><t xml:space="preserve">${xml(text)}</t></is></c>`;
}
