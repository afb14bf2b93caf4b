/** A World in memory: what `runbook test` and the engine's own tests play runbooks against. It does what a real one promises, and fails where told. */
import { bytesOf, type Change, type FileChange, type Made } from '../core/change.ts';
import type { Body, Draft, Entry } from '../core/event.ts';
import { canonical, sha256 } from '../core/json.ts';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { FileSeen, Hooks, Keep, Look, Output, Query, World } from '../core/world.ts';

export interface FakeFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
}

/** Before: nothing of the verb has happened. After: it has, but the caller has not heard. A throw there is what a kill or a fault does. */
export type Moment = 'before' | 'after';

/** The outside as a value that tests may inspect, compare and break. */
export interface Outside {
  /** `host path` -> file. */
  readonly files: Map<string, FakeFile>;
  readonly entries: Entry[];
  readonly side: Map<string, Uint8Array>;
  readonly deeds: string[];
  readonly held: Set<string>;
  answers: Record<string, Answer>;
  /** Milliseconds since the epoch; waiting moves it. */
  clock: number;
  operator: string;
  /** Answers a looking command. */
  look(host: string, argv: readonly string[]): Output;
  /** Does a deed's command; its exit code. */
  run(host: string, argv: readonly string[]): number;
  /** Fault injection: called at each verb with what it is about. */
  at(moment: Moment, verb: 'append' | 'perform' | 'spawned' | 'store' | 'look' | 'artefact', what: string): void;
}

/** An empty outside in which all looks and deeds succeed. */
export function outside(over: Partial<Outside> = {}): Outside {
  return {
    files: new Map(),
    entries: [],
    side: new Map(),
    deeds: [],
    held: new Set(),
    answers: {},
    clock: Date.UTC(2026, 0, 5, 2),
    operator: 'li',
    look: () => ({ code: 0, stdout: '', stderr: '' }),
    run: () => 0,
    at: () => undefined,
    ...over,
  };
}

/** The World over an outside. Several Worlds over one outside are several processes. */
export function fakeWorld(out: Outside): World {
  return {
    look: fakeLook(out),
    perform: (change, hooks) => performed(out, change, hooks),
    ask: async (question) => answerOf(out, question),
    keep: fakeKeep(out),
    now: () => new Date(out.clock),
    wait: async (milliseconds, signal) => {
      // A turn of the event loop first, so that a race against finished work is lost.
      await new Promise((resolve) => setImmediate(resolve));
      if (!signal?.aborted) out.clock += milliseconds;
    },
  };
}

function answerOf(out: Outside, question: Question): Answer {
  const answer = out.answers[question.id];
  if (answer === undefined)
    throw new Stop('waiting', t('Question {id} has no answer; give --answer {id}=VALUE.', { id: question.id }));
  return answer;
}

function seen(out: Outside, host: string, path: string): FileSeen {
  out.at('before', 'look', `${host} ${path}`);
  const file = out.files.get(`${host} ${path}`);
  return file ? { kind: 'file', ...file, modified: 0 } : { kind: 'absent' };
}

function fakeLook(out: Outside): Look {
  const none = (what: string) => async (): Promise<never> => {
    throw new Stop('unreachable', t('There is no {what} among the fakes.', { what }));
  };
  return {
    command: async ({ host, argv }) => {
      out.at('before', 'look', argv.join(' '));
      return out.look(host, argv);
    },
    file: async (host, path) => seen(out, host, path),
    folder: async (host, path) => {
      const prefix = `${host} ${path}/`;
      const names = [...out.files.keys()].flatMap((key) =>
        key.startsWith(prefix) ? [key.slice(prefix.length).split('/')[0] ?? ''] : [],
      );
      return names.length ? [...new Set(names)].sort() : undefined;
    },
    rooted: () => false,
    alive: async () => false,
    rows: none('database'),
    columns: none('database'),
    estimate: none('database'),
    catalogue: none('database'),
    fingerprint: none('database'),
    state: none('database'),
    privileges: none('database'),
    redis: none('redis'),
    reach: async () => ({ ok: false, trouble: t('There is nothing to reach among the fakes.') }),
    machine: async () => ({
      node: '',
      version: '',
      user: out.operator,
      uid: 0,
      host: 'fake',
      terminal: { columns: 80, interactive: false },
    }),
  };
}

async function performed(out: Outside, change: Change, hooks: Hooks): Promise<Made> {
  out.at('before', 'perform', labelOf(change));
  const made = change.kind === 'file' ? written(out, change) : await ran(out, change, hooks);
  out.at('after', 'perform', labelOf(change));
  return made;
}

function labelOf(change: Change): string {
  if (change.kind === 'file') return `${change.host} ${change.path}`;
  return change.kind === 'sql' ? `${change.database} ${change.text}` : change.argv.join(' ');
}

function written(out: Outside, change: FileChange): Made {
  const key = `${change.host} ${change.path}`;
  const was = out.files.get(key);
  if ((was ? sha256(was.bytes) : 'absent') !== change.before) {
    throw new Stop('refused', t('{path} was changed by somebody else.', { path: change.path }), {
      data: { state: 'not-done' },
    });
  }
  out.deeds.push(`${change.content ? 'write' : 'remove'} ${key}`);
  if (change.content === null) out.files.delete(key);
  else {
    const bytes = bytesOf(change.content);
    out.files.set(key, {
      bytes,
      mode: change.mode ?? was?.mode ?? 0o644,
      owner: change.owner ?? was?.owner ?? 0,
      group: change.group ?? was?.group ?? 0,
    });
  }
  for (const { host, argv } of change.settle ?? []) out.run(host, argv);
  return { post: change.content === null ? 'absent' : sha256(bytesOf(change.content)) };
}

async function ran(out: Outside, change: Change, hooks: Hooks): Promise<Made> {
  if (change.kind !== 'command')
    throw new Stop('refused', t('There is no performer for {kind} changes.', { kind: change.kind }), {
      data: { state: 'not-done' },
    });
  out.deeds.push(change.argv.join(' '));
  const code = out.run(change.host, change.argv);
  out.at('before', 'spawned', labelOf(change));
  await hooks.spawned({ host: change.host, pid: out.deeds.length, started: String(out.deeds.length) });
  if (code !== 0)
    throw new Stop('failed', t('{program} ended with code {code}.', { program: change.argv[0] ?? '', code }));
  return { code };
}

function fakeKeep(out: Outside): Keep {
  const unsupported = (what: string) => async (): Promise<never> => {
    throw new Stop('refused', t('There is no {what} among the fakes.', { what }));
  };
  return {
    append: async (drafts) => append(out, drafts),
    entries: async (query) => matching(out.entries, query),
    lines: async function* () {},
    newId: (letter) => `${letter}-20260105-${String(out.entries.length).padStart(5, '0')}`,
    hold: (names, holder, work) => held(out, names, holder, work),
    store: async (path, bytes) => {
      out.at('before', 'store', path);
      out.side.set(path, bytes);
      return { path, sha256: sha256(bytes) };
    },
    fetch: async (path, hash) => {
      const bytes = out.side.get(path);
      if (bytes && hash && sha256(bytes) !== hash)
        throw new Stop('refused', t('{path} is not what the journal names.', { path }));
      return bytes;
    },
    files: async (folder) =>
      [...out.side.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    folders: async () => [],
    hash: async (path) => {
      const bytes = out.side.get(path);
      return bytes && { sha256: sha256(bytes), bytes: bytes.length };
    },
    discard: async (path) => void out.side.delete(path),
    artefact: async (product) => {
      out.at('before', 'artefact', product.path);
      const bytes = 'text' in product.source ? Buffer.from(product.source.text) : new Uint8Array();
      out.side.set(product.path, bytes);
      const hash = sha256(bytes);
      const empty = { rows: 0, columns: [], took: 0 };
      return { path: product.path, sha256: hash, plain: hash, bytes: bytes.length, ...empty };
    },
    open: unsupported('decryption'),
    keys: unsupported('key'),
    mark: unsupported('key'),
    template: unsupported('template'),
    establish: unsupported('site folder'),
    sign: unsupported('key'),
    makeKeys: unsupported('key'),
  };
}

function append(out: Outside, drafts: readonly Draft[]): Entry[] {
  out.at('before', 'append', drafts.map(({ type }) => type).join(' '));
  const entries = drafts.map((draft) => stored(out, draft));
  out.at('after', 'append', drafts.map(({ type }) => type).join(' '));
  return entries;
}

function stored(out: Outside, draft: Draft): Entry {
  const seq = out.entries.length + 1;
  const stamp = {
    v: 1 as const,
    log: 'gx-00000000',
    id: String(seq),
    t: new Date(out.clock).toISOString(),
    mono: `fake:${seq}`,
    tz: '+08:00',
  };
  const actor = { operator: out.operator, uid: 0, user: out.operator, via: 'unknown' as const };
  // Through text and back, so that nothing survives here that a real journal would refuse or lose.
  const body = JSON.parse(canonical({ ...draft, ...stamp, actor, app: { ver: '0', node: '0' }, host: 'fake' })) as Body;
  const entry = { seq, prev: out.entries.at(-1)?.hash ?? '0'.repeat(64), hash: sha256(canonical(body)), body };
  out.entries.push(entry);
  return entry;
}

function matching(entries: readonly Entry[], query: Query): Entry[] {
  const opened = new Set(
    entries.flatMap(({ body }) => (body.type === 'run.opened' || body.type === 'run.unwinding' ? [body.run] : [])),
  );
  for (const { body } of entries) if (body.type === 'run.closed') opened.delete(body.run);
  const fits = ({ seq, body }: Entry) =>
    (query.run === undefined || body.run === query.run) &&
    (query.subject === undefined || body.subject === query.subject) &&
    (query.types === undefined || query.types.includes(body.type)) &&
    (query.after === undefined || seq > query.after) &&
    (query.upTo === undefined || seq <= query.upTo) &&
    (!query.open || opened.has(body.run));
  const found = entries.filter(fits);
  return query.last === undefined ? found : found.slice(-query.last);
}

async function held<T>(
  out: Outside,
  names: readonly string[],
  holder: { why: string },
  work: () => Promise<T>,
): Promise<T> {
  const taken = names.find((name) => out.held.has(name));
  if (taken) throw new Stop('refused', t('{name} is locked: {why}', { name: taken, why: holder.why }));
  for (const name of names) out.held.add(name);
  try {
    return await work();
  } finally {
    for (const name of names) out.held.delete(name);
  }
}
