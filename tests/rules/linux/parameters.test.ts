/** Parameters of site.yml: tighter is free, looser needs a reason. */
import { expect, test } from 'vitest';
import { Stop } from '../../../src/core/stop.ts';
import { checkParameters, chosenRules } from '../../../src/rules/linux/index.ts';
import { parameterProblems } from '../../../src/rules/linux/parameter-problems.ts';
import { paramsOf } from '../../../src/rules/linux/parameters.ts';

const params = (id: string, given: Readonly<Record<string, string | number | boolean>>) => {
  const rule = chosenRules([id])[0];
  if (!rule) throw new Error(id);
  return paramsOf(rule, given);
};
const verdictOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof Stop ? error.verdict : 'other';
  }
  return 'none';
};

test('tighter is free', () => {
  expect(params('LNX-ID-05', { max: 30 })).toEqual({ max: 30 });
  expect(params('LNX-ID-09', { minlen: 12 })).toEqual({ minlen: 12, minclass: 3 });
  expect(params('LNX-ID-06', { exempt: 'oracle' })).toEqual({ max: 90, exempt: 'oracle' });
});

test('looser needs a reason', () => {
  expect(verdictOf(() => params('LNX-ID-05', { max: 180 }))).toBe('usage');
  expect(params('LNX-ID-05', { max: 180, reason: 'decided in 2026-07' })).toEqual({ max: 180 });
  expect(verdictOf(() => params('LNX-ID-05', { max: 180, reason: '  ' }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-09', { minlen: 6 }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-06', { exempt: 'oracle zabbix' }))).toBe('usage');
});

test('unknown names, wrong types and values out of bounds are refused, reason or not', () => {
  expect(verdictOf(() => params('LNX-ID-05', { maximum: 30 }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-05', { max: '30' }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-05', { max: true }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-05', { max: 0, reason: 'x' }))).toBe('usage');
  expect(verdictOf(() => params('LNX-ID-05', { max: 99999, reason: 'x' }))).toBe('usage');
});

test('an unknown rule is refused with the nearest', () => {
  expect(verdictOf(() => chosenRules(['LNX-ID-5']))).toBe('usage');
});

test('a parameter for a rule that is none is refused, so that a typing error does not lose a bound', () => {
  expect(verdictOf(() => checkParameters({ 'LNX-ID-5': { max: 30 } }))).toBe('usage');
  expect(verdictOf(() => checkParameters({ 'LNX-ID-05': { max: 300 } }))).toBe('usage');
  expect(verdictOf(() => checkParameters({ 'LNX-ID-05': { max: 30 }, 'RDS-01': { x: 1 } }))).toBe('none');
});

test('each fault of site.yml is at its line, with the nearest name', () => {
  const parameters = { 'LNX-ID-5': { max: 30 }, 'LNX-ID-05': { maxx: 30, max: 300 }, 'LNX-ID-09': { minlen: 12 } };
  const lines = Object.entries(parameters).map(([id, values]) => `  ${id}: ${JSON.stringify(values)}\n`);
  const found = parameterProblems(`name: x\nparameters:\n${lines.join('')}`, parameters);
  expect(found).toMatchObject([
    { line: 3, key: 'parameters.LNX-ID-5', nearest: 'LNX-ID-05' },
    { line: 4, key: 'parameters.LNX-ID-05.maxx', nearest: 'max' },
    { line: 4, key: 'parameters.LNX-ID-05.max' },
  ]);
});
