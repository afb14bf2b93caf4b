/** The vocabulary of YAML runbooks as a Shape: about twelve keys a level; the parser and the published JSON Schema both come from it. */
import { PARTIES, ROLES } from '../core/operator.ts';
import { t } from '../core/text.ts';
import { DURATION_TEXT, KEBAB, type Keyed, type Shape, TEXT } from './shape.ts';

const ID: Shape = { kind: 'text', pattern: KEBAB, says: t('lower-case words with hyphens, such as restart-service') };
const BOOLEAN: Shape = { kind: 'boolean' };
const whole = (min: number, max: number): Shape => ({ kind: 'number', whole: true, min, max });
const list = (of: Shape, min = 0): Shape => ({ kind: 'list', of, min });
const oneOf = (...choices: readonly string[]): Shape => ({ kind: 'text', choices });
const keyed = (keys: Readonly<Record<string, Shape>>, ...required: readonly string[]): Keyed => ({
  kind: 'keyed',
  keys,
  required,
});

const ARGV = list({ kind: 'text', pattern: '', says: t('a text') }, 1);
const MODE: Shape = { kind: 'text', pattern: '^0[0-7]{3,4}$', says: t("permission bits in quotes such as '0644'") };
const PATH: Shape = { kind: 'text', pattern: '^(/|\\$\\{)', says: t('an absolute path') };
const ACCOUNT: Shape = {
  kind: 'text',
  pattern: '^([a-z_][a-z0-9_-]{0,31}|\\$\\{inputs\\.[a-z][A-Za-z0-9_-]*\\})$',
  says: t('an account name'),
};
const HOST: Shape = {
  kind: 'text',
  pattern: '^([A-Za-z][A-Za-z0-9_.-]{0,62}|\\$\\{inputs\\.[a-z][A-Za-z0-9_-]*\\})$',
  says: t('a host name of site.yml or ${inputs.NAME}'),
};
const LOCK: Shape = {
  kind: 'text',
  pattern:
    '^(host|database|redis|search|goldengate):([A-Za-z][A-Za-z0-9_.-]{0,62}|\\$\\{inputs\\.[a-z][A-Za-z0-9_-]*\\})$',
  says: t('a target such as host:app01 or host:${inputs.host}'),
};
/** Letters first: names stand in expressions. */
export const INPUT_NAME = '^[a-z][A-Za-z0-9_-]*$';

const INPUT = keyed(
  {
    title: TEXT,
    type: oneOf(
      'string',
      'integer',
      'boolean',
      'enum',
      'list',
      'date',
      'host',
      'database',
      'redis',
      'search',
      'goldengate',
    ),
    required: BOOLEAN,
    default: {
      kind: 'either',
      of: [TEXT, whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), BOOLEAN, list(TEXT)],
      says: t('a text, a whole number, true or false, or a list of texts'),
    },
    choices: list(TEXT, 1),
    match: TEXT,
    example: TEXT,
  },
  'type',
);

const LOOK: Shape = {
  kind: 'one',
  common: keyed(
    {
      title: TEXT,
      host: HOST,
      as: ACCOUNT,
      otherwise: TEXT,
      level: oneOf('warn', 'fail'),
      contains: TEXT,
      matches: TEXT,
      equals: TEXT,
    },
    'host',
  ),
  choices: {
    command: keyed({
      command: ARGV,
      code: whole(0, 255),
      expect: TEXT,
      atMost: whole(-1e12, 1e12),
      atLeast: whole(-1e12, 1e12),
    }),
    file: keyed({ file: PATH, present: BOOLEAN, mode: MODE }),
  },
};

const PROBE = keyed({ command: ARGV, as: ACCOUNT, code: whole(0, 255), stdout: TEXT }, 'command');
const UNDO: Shape = {
  kind: 'one',
  common: keyed({}),
  choices: { command: keyed({ command: ARGV, as: ACCOUNT }), none: keyed({ none: TEXT }) },
};

const CHANGE: Shape = {
  kind: 'one',
  common: keyed({ why: TEXT, host: HOST, as: ACCOUNT, timeout: DURATION_TEXT, reaches: list(TEXT) }, 'host'),
  choices: {
    command: keyed({ command: ARGV, undo: UNDO, probe: PROBE }, 'undo'),
    file: keyed({
      file: PATH,
      content: TEXT,
      line: TEXT,
      replaces: TEXT,
      absent: BOOLEAN,
      mode: MODE,
      settle: list(ARGV),
    }),
  },
};

const SEAT = keyed({ roles: list(oneOf(...ROLES), 1), party: oneOf(...PARTIES) }, 'roles');
const FAIL = ['rollback', 'suspend', 'abort', 'continue'] as const;

const ASK: Shape = {
  kind: 'one',
  common: keyed({}),
  choices: {
    confirm: keyed({ confirm: TEXT }),
    text: keyed({ text: TEXT, match: TEXT }),
    choice: keyed(
      { choice: TEXT, options: { kind: 'named', of: TEXT, name: '^[A-Za-z0-9][A-Za-z0-9_.-]*$' } },
      'options',
    ),
  },
};

const STEP: Shape = {
  kind: 'one',
  common: keyed(
    {
      id: ID,
      title: TEXT,
      why: TEXT,
      when: TEXT,
      timeout: DURATION_TEXT,
      retry: keyed({ attempts: whole(1, 20), delay: DURATION_TEXT }, 'attempts', 'delay'),
      onFail: oneOf('ask', ...FAIL),
      unattended: oneOf(...FAIL),
    },
    'id',
    'title',
  ),
  choices: {
    ask: keyed({ ask: ASK }),
    approve: keyed({ approve: keyed({ seats: list(SEAT, 1), expires: DURATION_TEXT }) }),
    check: keyed({ check: keyed({ blocks: BOOLEAN, looks: list(LOOK, 1) }, 'looks') }),
    act: keyed({ act: keyed({ changes: list(CHANGE, 1), verify: list(LOOK, 1), after: ID }, 'changes', 'verify') }),
    watch: keyed({
      watch: keyed(
        {
          every: DURATION_TEXT,
          for: DURATION_TEXT,
          failures: whole(0, 1000),
          inconclusive: whole(0, 1000),
          looks: list(LOOK, 1),
        },
        'every',
        'for',
        'looks',
      ),
    }),
    produce: keyed({
      produce: keyed(
        {
          file: { kind: 'text', pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,80}$', says: t('a file name without folders') },
          text: TEXT,
        },
        'file',
        'text',
      ),
    }),
  },
};

/** A whole runbook file. */
export const RUNBOOK: Keyed = keyed(
  {
    runbook: ID,
    version: whole(1, 1_000_000),
    title: TEXT,
    why: TEXT,
    risk: oneOf('low', 'medium', 'high'),
    inputs: { kind: 'named', of: INPUT, name: INPUT_NAME },
    locks: list(LOCK),
    steps: list(STEP, 1),
  },
  'runbook',
  'version',
  'title',
  'why',
  'risk',
  'steps',
);
