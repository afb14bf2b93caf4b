/** The measures and fonts of GB/T 9704: A4, a text area of 156 by 225 mm, 3 hao FangSong on a line pitch of 28 pt. Lengths in twips, sizes in half points. */

const twips = (millimetres: number): number => Math.round((millimetres * 1440) / 25.4);

/** A page: `width` is that of the text area. */
export interface Page {
  readonly width: number;
  readonly margin: Readonly<Record<'top' | 'right' | 'bottom' | 'left' | 'header' | 'footer', number>>;
}

/** The two ways round; the text area stays as large. */
export const PAGES: Readonly<Record<'portrait' | 'landscape', Page>> = {
  portrait: page(156, { top: 37, right: 26, bottom: 35, left: 28 }),
  landscape: page(225, { top: 28, right: 35, bottom: 26, left: 37 }),
};

function page(width: number, sides: Readonly<Record<'top' | 'right' | 'bottom' | 'left', number>>): Page {
  const { top, right, bottom, left } = sides;
  const margin = { top: twips(top), right: twips(right), bottom: twips(bottom), left: twips(left) };
  return { width: twips(width), margin: { ...margin, header: twips(15), footer: twips(12) } };
}

/** The short side first, as the format wants it also for a page on its side. */
export const A4 = { width: twips(210), height: twips(297) };

/** Half points by their Chinese names: 2 hao, 3 hao, 4 hao, small 4, 5 hao, small 5. */
export const SIZE = { title: 44, body: 32, pageNumber: 28, form: 24, small: 21, mark: 18 } as const;

/** Distance of lines of the body; exact, so that a page has 22 of them. */
export const PITCH = 560;
/** Two characters of the body. */
export const INDENT = 640;
export const ROW = { form: twips(8), list: twips(7.5) } as const;

const LATIN = { ascii: 'Times New Roman', hAnsi: 'Times New Roman', cs: 'Times New Roman', hint: 'eastAsia' } as const;

/** Fonts by what they are for. Latin letters stand in Times New Roman; quotes and boxes in the Chinese font, by the hint. */
export const FONT = {
  title: { ...LATIN, eastAsia: '方正小标宋简体' },
  body: { ...LATIN, eastAsia: '仿宋_GB2312' },
  heading: { ...LATIN, eastAsia: '黑体' },
  subheading: { ...LATIN, eastAsia: '楷体_GB2312' },
  plain: { ...LATIN, eastAsia: '宋体' },
  verbatim: { ascii: 'Courier New', hAnsi: 'Courier New', cs: 'Courier New', eastAsia: '宋体', hint: 'eastAsia' },
} as const;

/** What to take where a font is not there; office programs read it from the font table. `panose` tells its kind. */
export const FALLBACKS: readonly { readonly name: string; readonly instead: string; readonly panose: string }[] = [
  {
    name: '方正小标宋简体',
    instead: '方正小标宋_GBK,FZXiaoBiaoSong-B05S,宋体,SimSun,Noto Serif CJK SC',
    panose: '02010600030101010101',
  },
  {
    name: '仿宋_GB2312',
    instead: '仿宋,FangSong,FangSong_GB2312,方正仿宋_GBK,STFangsong,Noto Serif CJK SC',
    panose: '02010609030101010101',
  },
  {
    name: '楷体_GB2312',
    instead: '楷体,KaiTi,KaiTi_GB2312,方正楷体_GBK,STKaiti,Noto Serif CJK SC',
    panose: '02010609030101010101',
  },
  { name: '黑体', instead: 'SimHei,方正黑体_GBK,STHeiti,Noto Sans CJK SC', panose: '02010609060101010101' },
  { name: '宋体', instead: 'SimSun,方正书宋_GBK,STSong,Noto Serif CJK SC', panose: '02010600030101010101' },
];
