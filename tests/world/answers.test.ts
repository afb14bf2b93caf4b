/** Answers given beforehand, and what happens where there is nobody to ask. */
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/core/question.ts';
import { given } from '../../src/world/answers.ts';
import { ask } from '../../src/world/prompts.ts';

const confirm: Question = { id: 'go', kind: 'confirm', message: 'Go?' };
const choice: Question = {
  id: 'pick',
  kind: 'choice',
  message: 'Which?',
  choices: [
    { value: 'primary', title: 'The first' },
    { value: 'standby', title: 'The second' },
  ],
};
const text: Question = { id: 'name', kind: 'text', message: 'Name?', match: '[a-z]+' };
const secret: Question = { id: 'pass', kind: 'secret', message: 'Secret?' };
const nobody = { answers: {}, yes: false, input: false, dictionary: {} };

describe('given', () => {
  it('takes allowed values and remembers that it did', () => {
    const used = new Set<string>();
    const answers = { go: 'yes', pick: 'standby', name: 'abc' };
    expect([confirm, choice, text, secret].map((question) => given(question, answers, used))).toEqual([
      true,
      'standby',
      'abc',
      undefined,
    ]);
    expect(given(confirm, { go: 'NO' }, used)).toBe(false);
    expect([...used]).toEqual(['go', 'pick', 'name']);
  });

  it.each([
    [confirm, 'maybe', 'yes, no'],
    [choice, 'primry', 'primary, standby'],
    [text, 'ABC', '[a-z]+'],
    [text, 'abc\nDEF', '[a-z]+'],
  ])('refuses a value that is not allowed', (question, value, allowed) => {
    const attempt = () => given(question, { [question.id]: value }, new Set());
    expect(attempt).toThrow(expect.objectContaining({ verdict: 'usage' }));
    try {
      attempt();
    } catch (error) {
      expect(JSON.stringify((error as { text: unknown }).text)).toContain(allowed);
    }
  });

  it('takes no secret from a flag and does not repeat it', () => {
    try {
      given(secret, { pass: 'canary-77' }, new Set());
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify(error)).not.toContain('canary-77');
    }
  });
});

describe('ask without anybody', () => {
  it('lets --yes answer confirmations and nothing else', async () => {
    expect(await ask(confirm, { ...nobody, yes: true }, new Set())).toBe(true);
    for (const question of [choice, text, secret]) {
      await expect(ask(question, { ...nobody, yes: true }, new Set())).rejects.toMatchObject({ verdict: 'waiting' });
    }
  });

  it('names the flag that answers', async () => {
    await expect(ask(choice, nobody, new Set())).rejects.toMatchObject({
      detail: { data: { flag: '--answer pick=VALUE' } },
    });
  });
});
