/** The bench judges by its bounds: a ratio where there is a floor, the value itself where there is none. */
import { describe, expect, it } from 'vitest';
import { judgedValue, keeps, markdown, median } from '../../scripts/bench/measure.ts';

describe('figures', () => {
  const floor = { what: 'bare', value: 20 };
  it('are judged against the floor of the same run', () => {
    const figure = { what: 'x', value: 30, unit: 'ms', floor, bound: { atMost: 1.5 } };
    expect(judgedValue(figure)).toBe(1.5);
    expect(keeps(figure)).toBe(true);
    expect(keeps({ ...figure, value: 31 })).toBe(false);
    expect(keeps({ what: 'rate', value: 9, unit: '/s', floor, bound: { atLeast: 0.5 } })).toBe(false);
    expect(keeps({ what: 'y', value: 401, unit: 'ms', bound: { atMost: 400 } })).toBe(false);
    expect(median([3, 1, 2])).toBe(2);
    expect(markdown([figure])).toContain('| x | 30.00 ms | 20.00 ms (bare) | 1.50 × | ≤ 1.5 × | yes |');
  });
});
