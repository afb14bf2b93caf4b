/** Faults of the section `parameters` of site.yml, each at its line. */
import { nearest } from '../../core/nearest.ts';
import type { Site } from '../../core/site.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import type { Problem } from '../problem.ts';
import { problemAtKey } from '../shape-check.ts';
import { readYaml, type Source } from '../yaml.ts';
import { LINUX_RULES } from './index.ts';
import { paramsOf } from './parameters.ts';
import type { Rule } from './rule.ts';

type Given = Site['parameters'][string];

/** `text` is a site.yml that is otherwise valid, `parameters` its section. Ids of other families are left alone. */
export function parameterProblems(text: string, parameters: Site['parameters']): Problem[] {
  const source = readYaml(text);
  const known = LINUX_RULES.map(({ id }) => id);
  return Object.entries(parameters).flatMap(([id, given]) => {
    if (!id.startsWith('LNX-')) return [];
    const rule = LINUX_RULES.find((one) => one.id === id);
    if (rule !== undefined) return problemsOf(source, rule, given);
    return [problemAtKey(source, ['parameters', id], t('there is no rule {id}', { id }), nearest(id, known))];
  });
}

function problemsOf(source: Source, rule: Rule, { reason, ...values }: Given): Problem[] {
  const because = reason === undefined ? {} : { reason };
  const declared = Object.keys(rule.params ?? {});
  return Object.entries(values).flatMap(([key, value]) => {
    const fault = faultOf(rule, { [key]: value, ...because });
    if (fault === undefined) return [];
    const near = declared.includes(key) ? undefined : nearest(key, declared);
    return [problemAtKey(source, ['parameters', rule.id, key], fault, near)];
  });
}

function faultOf(rule: Rule, given: Given): Text | undefined {
  try {
    paramsOf(rule, given);
    return undefined;
  } catch (cause) {
    if (cause instanceof Stop) return cause.text;
    throw cause;
  }
}
