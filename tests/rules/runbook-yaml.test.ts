/** Runbook files: every fault at its line with the nearest name, the parser and the published schema of one mind, and never an exception. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { Stop } from '../../src/core/stop.ts';
import { speak } from '../../src/core/text.ts';
import { sentenceOf } from '../../src/rules/problem.ts';
import { runbookSchema } from '../../src/rules/runbook-schema.ts';
import { RUNBOOK } from '../../src/rules/runbook-shape.ts';
import { parseRunbook, readRunbook } from '../../src/rules/runbook-yaml.ts';
import { checkShape } from '../../src/rules/shape-check.ts';
import { readYaml } from '../../src/rules/yaml.ts';
import { accepts } from '../worlds/json-schema.ts';

const FULL = readFileSync(new URL('../fixtures/runbooks/full.yml', import.meta.url), 'utf8');
const SHIPPED = new URL('../../templates/runbooks/', import.meta.url);
const NEW = readFileSync(new URL('../../templates/new-runbook.yml', import.meta.url), 'utf8');
const SCHEMA = runbookSchema();

/** The full runbook with one piece replaced, and the line the replacement begins in. */
function edited(from: string, to: string): { text: string; line: number } {
  const at = FULL.indexOf(from);
  if (at < 0) throw new Error(`not in the fixture: ${from}`);
  return { text: FULL.slice(0, at) + to + FULL.slice(at + from.length), line: FULL.slice(0, at).split('\n').length };
}

describe('good files', () => {
  it('the whole vocabulary', () => {
    const { definition, problems } = readRunbook(FULL);
    expect(problems.map((problem) => speak(sentenceOf(problem)))).toEqual([]);
    expect(definition?.steps).toHaveLength(10);
  });

  it.each(readdirSync(SHIPPED))('%s, as shipped', (file) => {
    expect(readRunbook(readFileSync(new URL(file, SHIPPED), 'utf8')).problems).toEqual([]);
  });

  it('what a new runbook begins with', () => {
    expect(readRunbook(NEW.replaceAll(/\bNAME\b/g, 'my-own')).problems).toEqual([]);
  });

  it('the same text gives the same definition', () => {
    expect(readRunbook(FULL).definition).toEqual(readRunbook(FULL).definition);
  });
});

/** what is replaced, by what, the key complained about, a part of the sentence, the nearest name */
const FAULTS: readonly (readonly [from: string, to: string, key: string, message: string, near?: string])[] = [
  ['risk: high', 'risk: hihg', 'risk', '"hihg"; allowed is one of low, medium, high', 'high'],
  ['version: 3', 'version: three', 'version', 'a whole number from 1'],
  ['runbook: full-vocabulary', 'runbook: Full_Vocabulary', 'runbook', 'lower-case words with hyphens'],
  ['why: For tests.', 'wyh: For tests.', 'wyh', 'is not a known key', 'why'],
  ['onFail: abort', 'onFail: abrot', 'steps[0].onFail', 'one of ask, rollback', 'abort'],
  ['timeout: 30s', 'timeout: 30 seconds', 'steps[0].timeout', 'a duration such as'],
  ['attempts: 2', 'attemps: 2', 'steps[0].retry.attemps', 'not a known key', 'attempts'],
  ['atMost: 80', 'atMots: 80', 'steps[0].check.looks[0].atMots', 'not a known key', 'atMost'],
  ["mode: '0644'", 'mode: 644', 'steps[0].check.looks[3].mode', "permission bits in quotes such as '0644'"],
  ["mode: '0644'", 'mode: 0644', 'steps[0].check.looks[3].mode', 'leading zero'],
  ['present: false', 'present: false, contains: a', 'steps[0].check.looks[4].contains', 'makes no sense'],
  ['roles: [approver, owner]', 'roles: [aprover]', 'steps[4].approve.seats[0].roles[0]', 'one of data', 'approver'],
  ["inputs.mode == 'fast'", "inputs.mod == 'fast'", 'steps[5].when', 'inputs.mod is not known', 'inputs.mode'],
  ["answers.pick != 'two'", "answers.pikc != 'two'", 'steps[5].when', 'is not known', 'answers.pick'],
  ["inputs.mode == 'fast'", 'inputs.mode == fast', 'steps[5].when', 'A text needs quotes'],
  ["inputs.mode == 'fast'", 'inputs.mode', 'steps[5].when', 'Beside and, or, not'],
  ['inputs.count > 5', 'inputs.deep > 5', 'steps[0].check.looks[1].expect', 'cannot compare boolean with number'],
  [
    "'${inputs.name}', '${inputs.names}']",
    "'${inputs.nmae}']",
    'steps[5].act.changes[0].command[2]',
    'inputs.nmae is not known',
    'inputs.name',
  ],
  ["'a ${inputs.name}'", "'a ${answers.order}'", 'steps[5].act.changes[3].line', 'take an input'],
  ["'a ${inputs.name}'", "'a ${inputs.name'", 'steps[5].act.changes[3].line', 'begins with ${ and ends with }'],
  [
    "command: [df, '--output=pcent', /]",
    "command: ['${inputs.name}']",
    'steps[0].check.looks[0].command[0]',
    'nothing is filled in here',
  ],
  [
    '{ command: [userdel, --, ',
    '{ comand: [userdel, --, ',
    'steps[5].act.changes[0].undo',
    'exactly one of the keys command, none',
  ],
  [', undo: { none: A sync cannot be taken back; nothing to do }', '', 'steps[5].act.changes[1].undo', 'is missing'],
  [
    'absent: true',
    'absent: true, content: x',
    'steps[5].act.changes[4].file',
    'exactly one of the keys content, line, absent',
  ],
  ["replaces: '^a\\s'", "replaces: '^a('", 'steps[5].act.changes[3].replaces', 'not a regular expression'],
  ['after: change', 'after: chnage', 'steps[7].act.after', 'no earlier act step', 'change'],
  ['id: sign-two', 'id: first', 'steps[6].id', 'the id first is already used in line'],
  ['type: date', 'type: dat', 'inputs.day.type', 'one of string', 'date'],
  ["default: '2026-01-05'", 'default: soon', 'inputs.day.default', 'no valid date'],
  ["match: '^[a-z.-]+$'", "match: '[a-z.-]+'", 'inputs.name.match', 'from ^ to $'],
  ['example: chrony', 'example: 17', 'inputs.name.example', 'allowed is a text'],
  ['example: chrony', "example: '17'", 'inputs.name.example', 'does not fit'],
  ['choices: [fast, slow], default: fast', 'default: fast', 'inputs.mode.choices', 'an enum needs them'],
  ['type: integer, default: 3', 'type: integer', 'inputs.count.required', 'either required: true or a default'],
  [
    '${answers.order}',
    '${findings.later-on}',
    'steps[9].produce.text',
    'findings.later-on is not known',
    'findings.later',
  ],
  ['title: Sure,', "title: 'Sure ${inputs.name}',", 'steps[1].title', 'nothing is filled in here'],
  ['file: record.txt', 'file: ../record.txt', 'steps[9].produce.file', 'a file name without folders'],
  [
    'ask: { confirm: Sure? }',
    'ask: { confirm: Sure?, text: x }',
    'steps[1].ask',
    'exactly one of the keys confirm, text, choice',
  ],
  [
    'ask: { confirm: Sure? }',
    'ask: { confirm: Sure? }, check: { looks: [] }',
    'steps[1]',
    'exactly one of the keys ask, approve',
  ],
];

describe('faulty files', () => {
  it.each(FAULTS)('%s -> %s', (from = '', to = '', key = '', message = '', near) => {
    const { text, line } = edited(from, to);
    const { definition, problems } = readRunbook(text);
    expect(definition).toBeUndefined();
    const problem = problems.find((one) => one.key === key);
    expect(problem, JSON.stringify(problems)).toBeDefined();
    if (problem === undefined) return;
    expect(speak(sentenceOf(problem))).toContain(`${message}`);
    expect(problem.nearest).toBe(near);
    expect(Math.abs(problem.line - line)).toBeLessThanOrEqual(1);
  });

  it('an answer that may never be given cannot be counted on', () => {
    const { text } = edited('id: pick, title: Pick,', 'id: pick, title: Pick, when: inputs.deep,');
    const sentences = readRunbook(text).problems.map((problem) => speak(sentenceOf(problem)));
    expect(sentences.join('\n')).toContain('The step pick may be skipped');
  });

  it('parseRunbook refuses with the place and the command to type', () => {
    const { text, line } = edited('risk: high', 'risk: hihg');
    expect(() => parseRunbook(text, 'runbooks/x.yml')).toThrow(Stop);
    try {
      parseRunbook(text, 'runbooks/x.yml');
    } catch (error) {
      expect((error as Stop).verdict).toBe('usage');
      expect((error as Stop).detail.place).toMatchObject({ file: 'runbooks/x.yml', line });
      expect((error as Stop).detail.next).toEqual(['gxops runbook lint runbooks/x.yml']);
    }
  });
});

describe('the published schema', () => {
  it('is the generated one', () => {
    const published = readFileSync(new URL('../../templates/runbook.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(published)).toEqual(SCHEMA);
  });

  const texts = [FULL, ...FAULTS.map(([from, to]) => edited(from, to).text)];
  it.each(
    texts.map((text, index) => [index, text] as const),
  )('accepts exactly what the parser’s shape accepts, %i', (_, text) => {
    const source = readYaml(text);
    if (source.problems.length > 0) return;
    expect(accepts(SCHEMA, source.value)).toBe(checkShape(source, RUNBOOK).length === 0);
  });

  it('and for any value put anywhere', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('30s', 'host', '/etc/x', 'ask'),
    );
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom('id', 'host', 'none', 'x'), leaf, { maxKeys: 2 }),
    );
    const base = readYaml(FULL).value;
    const places = placesIn(base);
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, put) => {
        const changed = withValue(base, place, put as Json);
        const source = { ...readYaml(''), value: changed };
        expect(accepts(SCHEMA, changed)).toBe(checkShape(source, RUNBOOK).length === 0);
      }),
      { numRuns: 400 },
    );
  });
});

type Place = readonly (string | number)[];

function placesIn(value: Json | undefined, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, item]) =>
      placesIn(item, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function withValue(value: Json, [first, ...rest]: Place, put: Json): Json {
  if (first === undefined) return put;
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? withValue(item, rest, put) : item));
  const members = value as { [key: string]: Json };
  return { ...members, [first]: withValue(members[String(first)] ?? null, rest, put) };
}

describe('any text', () => {
  const lines = FULL.split('\n');
  const broken = fc
    .array(fc.record({ at: fc.nat(lines.length - 1), text: fc.oneof(fc.string(), fc.constantFrom(...lines)) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) => {
      const copy = [...lines];
      for (const { at, text } of edits) copy[at] = text;
      return copy.join('\n');
    });

  it('gives a definition or problems in lines that exist, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), broken), (text) => {
        const { definition, problems } = readRunbook(text);
        expect(definition === undefined).toBe(problems.length > 0);
        const last = text.split('\n').length;
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(last);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 150 },
    );
  });
});
