/** The last line of `npm test`: the runner's own counts, and a file that could not be loaded is a failure. */
import { describe, expect, it } from 'vitest';
import { closingLine } from '../../scripts/test.ts';

const whole = { status: 'passed', assertionResults: [{}] };

describe('the closing line', () => {
  it.each([
    [
      { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [whole] },
      '3 passed, 0 failed',
      0,
    ],
    [
      { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, testResults: [whole] },
      '3 passed, 1 failed, 3 skipped',
      1,
    ],
    [
      {
        numPassedTests: 3,
        numFailedTests: 0,
        numPendingTests: 0,
        numTodoTests: 0,
        testResults: [whole, { status: 'failed', assertionResults: [] }],
      },
      '3 passed, 1 failed',
      1,
    ],
  ])('%#', (result, line, failed) => {
    expect(closingLine(result)).toEqual({ line, failed });
  });
});
