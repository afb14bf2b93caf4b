/** `--answer` names must belong to steps that ask. */
import { describe, expect, it } from 'vitest';
import { insistOnSteps } from '../../src/core/answers.ts';
import type { Step } from '../../src/core/runbook.ts';

const ask: Step = { id: 'agree', kind: 'ask', title: 'Agree', question: () => ({ kind: 'confirm', message: 'Go?' }) };
const check: Step = { id: 'look', kind: 'check', title: 'Look', blocks: true, look: async () => [], onFail: 'abort' };

describe('insistOnSteps', () => {
  it('takes ask steps and the question of a failed step', () => {
    insistOnSteps([], [ask, check]);
    insistOnSteps(['agree', 'agree.failed'], [ask, check]);
  });

  it.each(['agre', 'look', 'look.failed', 'toString'])('refuses %s', (name) => {
    expect(() => insistOnSteps([name], [ask, check])).toThrow(expect.objectContaining({ verdict: 'usage' }));
  });

  it('names the nearest', () => {
    try {
      insistOnSteps(['agre'], [ask]);
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify((error as { text: unknown }).text)).toContain('"near":"agree"');
    }
  });
});
