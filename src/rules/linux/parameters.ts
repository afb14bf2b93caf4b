/** Parameters of rules: the rule's own, with what site.yml says. Tighter is free; looser needs a reason in words. */
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { t } from '../../core/text.ts';
import type { Param, Params, Rule } from './rule.ts';
import { namesOf } from './rule.ts';

type Given = Site['parameters'][string];

/** The values a rule is judged with. Stop('usage') for an unknown parameter, a wrong type, a bound passed, or a looser value without reason. */
export function paramsOf(rule: Rule, given: Given | undefined): Params {
  const declared = rule.params ?? {};
  for (const key of Object.keys(given ?? {})) {
    if (key !== 'reason' && !(key in declared)) throw unknownParam(rule, key, Object.keys(declared));
  }
  const pairs = Object.entries(declared).map(([key, param]) => [key, chosen(rule, key, param, given)]);
  return Object.fromEntries(pairs);
}

function chosen(rule: Rule, key: string, param: Param, given: Given | undefined): number | string {
  const value = given?.[key];
  if (value === undefined) return param.value;
  if (typeof value !== typeof param.value || typeof value === 'boolean') {
    throw refused(rule, t('{rule}: {key} must be a {type}.', { rule: rule.id, key, type: typeof param.value }));
  }
  if (typeof value === 'number' && (value < (param.min ?? 0) || value > (param.max ?? Number.MAX_SAFE_INTEGER))) {
    const bounds = { rule: rule.id, key, value, min: param.min ?? 0, max: param.max ?? Number.MAX_SAFE_INTEGER };
    throw refused(rule, t('{rule}: {key} is {value}; allowed is {min} to {max}.', bounds));
  }
  const reason = String(given?.reason ?? '').trim();
  if (looser(param, value) && reason === '') {
    const place = { rule: rule.id, key, value, own: param.value };
    throw refused(rule, t('{rule}: {key} {value} is looser than {own} and gives no reason.', place));
  }
  return value;
}

function looser(param: Param, value: number | string): boolean {
  if (param.tighter === 'lower') return Number(value) > Number(param.value);
  if (param.tighter === 'higher') return Number(value) < Number(param.value);
  const own = new Set(namesOf(param.value));
  return namesOf(value).some((name) => !own.has(name));
}

function unknownParam(rule: Rule, key: string, allowed: readonly string[]): Stop {
  const place = { rule: rule.id, key, allowed: [...allowed, 'reason'].join(', ') };
  return refused(rule, t('{rule} has no parameter {key}; allowed are {allowed}.', place));
}

function refused(rule: Rule, text: ReturnType<typeof t>): Stop {
  return new Stop('usage', text, {
    notDone: t('Nothing was judged and nothing was planned.'),
    safe: t('Under parameters.{rule} in site.yml a tighter value is free; a looser one needs a reason.', {
      rule: rule.id,
    }),
    place: { file: 'site.yml' },
    next: ['gxops site check', 'gxops harden rules'],
  });
}
