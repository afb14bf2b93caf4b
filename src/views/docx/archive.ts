/** What the file says of itself: its properties, its fonts, and no time but the document's, so that the same report gives the same bytes. */
import type { Document } from '../../core/document.ts';
import { safeLine } from '../../core/escape.ts';
import { FALLBACKS } from './layout.ts';

interface Part {
  readonly path: string;
  readonly data: string;
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const WORD = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';

/** Title and time of the document. */
export function coreProperties({ title, at }: Document): Part {
  const core = 'http://schemas.openxmlformats.org/package/2006/metadata/core-properties';
  const terms = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"';
  const moment = at === undefined ? undefined : new Date(at);
  const stamp = moment === undefined || Number.isNaN(moment.getTime()) ? '' : `${moment.toISOString().slice(0, 19)}Z`;
  const times = stamp === '' ? [] : ['created', 'modified'].map((name) => timeElement(name, stamp));
  const data = `${HEAD}<cp:coreProperties xmlns:cp="${core}" ${terms} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\
<dc:title>${escaped(safeLine(title))}</dc:title><dc:creator>gxops</dc:creator>${times.join('')}</cp:coreProperties>`;
  return { path: 'docProps/core.xml', data };
}

const timeElement = (name: string, stamp: string): string =>
  `<dcterms:${name} xsi:type="dcterms:W3CDTF">${stamp}</dcterms:${name}>`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);

/** The font table with what to take where a font is not there (ECMA-376 part 1, 17.8.3.1 altName). */
export function fontTable(): Part {
  const fonts = FALLBACKS.map(
    ({ name, instead, panose }) =>
      `<w:font w:name="${name}"><w:altName w:val="${instead}"/><w:panose1 w:val="${panose}"/>\
<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="variable"/></w:font>`,
  );
  return { path: 'word/fontTable.xml', data: `${HEAD}<w:fonts xmlns:w="${WORD}">${fonts.join('')}</w:fonts>` };
}

/** 1980-01-01 00:00, the first moment a ZIP file knows: date in the upper half, time in the lower. */
const EPOCH = 0x00210000;

/** The archive with every member's time set to that moment (APPNOTE.TXT 4.3.7 and 4.3.12). */
export function timeless(zip: Uint8Array): Uint8Array {
  const bytes = zip.slice();
  const view = new DataView(bytes.buffer);
  // No comment follows the end record, so it is the last 22 bytes.
  const end = bytes.length - 22;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    view.setUint32(at + 12, EPOCH, true);
    view.setUint32(view.getUint32(at + 42, true) + 10, EPOCH, true);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return bytes;
}
