/** The picture keeps every column: wide glyphs take two, blanks are gaps, markup is text. */
import { describe, expect, it } from 'vitest';
import { svgOf } from '../../scripts/picture.ts';
import { play } from '../stand-ins/screen.ts';

describe('the picture', () => {
  it('puts what follows a wide glyph two columns on', () => {
    const svg = svgOf(play('名 a', 96, 10).rows, 'x');
    const xs = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" fill="#c9d1d9">(.)<\/text>/g)].map(([, x, glyph]) => [
      glyph,
      Number(x),
    ]);
    expect(xs).toEqual([
      ['名', 16],
      ['a', 41.2],
    ]);
  });

  it('escapes what it shows', () => {
    expect(svgOf(play('<b>&', 96, 10).rows, '"')).toContain('&lt;b&gt;&amp;');
  });
});
