/** A Report as a DOCX file in the layout of GB/T 9704: its own form where it has one, else its sections. No macro, no link, no content control. */
import { Document as DocxFile, Footer, Header, Packer, PageNumber, PageOrientation, Paragraph, TextRun } from 'docx';
import type { Document } from '../core/document.ts';
import { safeLine } from '../core/escape.ts';
import type { Report } from '../core/report.ts';
import { truncate } from '../core/width.ts';
import { coreProperties, fontTable, timeless } from './docx/archive.ts';
import { elementsOf, titleOf } from './docx/blocks.ts';
import { A4, FONT, PAGES, SIZE } from './docx/layout.ts';
import { runsOf, SIDES } from './docx/runs.ts';
import { documentFrom } from './docx/sections.ts';
import type { Tongue } from './how.ts';

/** The bytes of the file; the same report gives the same bytes. */
export async function drawDocx(report: Report, how: Tongue): Promise<Uint8Array> {
  const document = report.document ?? documentFrom(report, how);
  const file = new DocxFile({ styles: STYLES, sections: [sectionOf(document)] });
  const parts = [coreProperties(document), fontTable()];
  return timeless(await Packer.toBuffer(file, undefined, parts));
}

const STYLES = {
  default: {
    document: { run: { font: FONT.body, size: SIZE.body, language: { value: 'en-US', eastAsia: 'zh-CN' } } },
    title: { run: { font: FONT.title, size: SIZE.title, bold: false, color: '000000' } },
    heading1: { run: { font: FONT.heading, size: SIZE.body, bold: false, color: '000000' } },
    heading2: { run: { font: FONT.subheading, size: SIZE.body, bold: false, color: '000000' } },
  },
};

function sectionOf(document: Document) {
  const landscape = document.landscape === true;
  const { width, margin } = PAGES[landscape ? 'landscape' : 'portrait'];
  const orientation = landscape ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT;
  return {
    properties: { page: { size: { ...A4, orientation }, margin } },
    headers: { default: new Header({ children: marks([document.number, document.watermark], 'right') }) },
    footers: { default: new Footer({ children: [pageNumber(), ...marks([document.watermark], 'center')] }) },
    children: [titleOf(document.title), ...document.blocks.flatMap((block) => elementsOf(block, width))],
  };
}

/** Columns of a line outside the text area: more would push the text off the page. */
const MARK = 150;

/** Small grey lines outside the text area. */
function marks(lines: readonly (string | undefined)[], align: 'center' | 'right'): Paragraph[] {
  const format = { font: FONT.plain, size: SIZE.mark, color: '7F7F7F' };
  return lines
    .flatMap((line) => (line === undefined ? [] : [truncate(safeLine(line), MARK)]))
    .map((line) => new Paragraph({ alignment: SIDES[align], wordWrap: false, children: runsOf(line, format) }));
}

/** `— 1 —`, 4 hao SimSun. */
function pageNumber(): Paragraph {
  const children = ['— ', PageNumber.CURRENT, ' —'];
  const run = new TextRun({ font: FONT.plain, size: SIZE.pageNumber, children });
  return new Paragraph({ alignment: SIDES.center, children: [run] });
}
