/** GXOPS_RECORD: writes each look and its answer as a JSON line, redacted. GXOPS_REPLAY: answers looks from such a folder, and performs nothing. */
import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical, type Json, sha256 } from '../core/json.ts';
import { Stop } from '../core/stop.ts';
import { isPhrase, type Text, t } from '../core/text.ts';
import type { Look, World } from '../core/world.ts';
import { notDone } from './carrier.ts';
import { frozen, redacted, thawed } from './record-form.ts';

const FILE = 'looks.jsonl';

/** The looks that are recorded: all but `rooted` (a fact of site.yml). Rows pass as they stream and are never recorded. */
const VERBS = [
  'command',
  'file',
  'folder',
  'columns',
  'estimate',
  'catalogue',
  'fingerprint',
  'privileges',
  'redis',
  'reach',
  'alive',
  'machine',
] as const;
type VerbName = (typeof VERBS)[number];
type Verb = (...args: never[]) => Promise<unknown>;

interface Line {
  readonly verb: string;
  readonly args: Json;
  readonly answer?: Json;
  readonly stop?: { readonly verdict: string; readonly text: Json };
}

/** The same World, whose looks are also written down. A line that cannot be written ends the look: half a record is none. */
export function recording(world: World, folder: string): World {
  let last = Promise.resolve();
  const write = (line: Line): Promise<void> => {
    last = last.then(() => append(folder, `${JSON.stringify(line)}\n`));
    return last;
  };
  const look = withVerbs(world.look, (verb, original) => async (...args) => {
    const spoken = argsOf(args);
    try {
      const answer = await original(...args);
      await write({ verb, args: spoken, answer: frozen(answer) });
      return answer;
    } catch (error) {
      if (error instanceof Stop)
        await write({ verb, args: spoken, stop: { verdict: error.verdict, text: redacted(error.text) } });
      throw error;
    }
  });
  return { ...world, look };
}

/** A World whose looks are answered from the record: the n-th asking of a question gets its n-th answer, the last one for ever. */
export function replaying(world: World, folder: string): World {
  let loaded: Promise<Map<string, Line[]>> | undefined;
  const answers = (): Promise<Map<string, Line[]>> => {
    loaded ??= load(folder);
    return loaded;
  };
  const look = withVerbs(world.look, (verb) => async (...args) => {
    const lines = (await answers()).get(keyOf(verb, argsOf(args)));
    const line = lines !== undefined && lines.length > 1 ? lines.shift() : lines?.[0];
    if (line === undefined) throw unrecorded(verb, folder);
    if (line.stop !== undefined) throw new Stop(line.stop.verdict as 'unreachable', textOf(line.stop.text));
    return thawed(line.answer ?? null);
  });
  return {
    ...world,
    look: { ...look, rows: async () => Promise.reject(unrecorded('rows', folder)) },
    perform: async () => Promise.reject(notDone('refused', t('this is a replay: nothing is performed'))),
  };
}

function withVerbs(
  look: Look,
  wrap: (
    verb: VerbName,
    original: (...args: unknown[]) => Promise<unknown>,
  ) => (...args: unknown[]) => Promise<unknown>,
): Look {
  const wrapped = VERBS.map((verb) => {
    const original = look[verb] as Verb as (...args: unknown[]) => Promise<unknown>;
    return [verb, wrap(verb, original)] as const;
  });
  return { ...look, ...Object.fromEntries(wrapped) };
}

/** Time-outs and what stands at the end without a value do not belong to the question. */
function argsOf(args: readonly unknown[]): Json {
  const plain = args.filter((arg) => typeof arg !== 'number' && arg !== undefined);
  return redacted(JSON.parse(JSON.stringify(plain)) as Json);
}

function keyOf(verb: string, args: Json): string {
  return sha256(canonical({ verb, args }));
}

async function load(folder: string): Promise<Map<string, Line[]>> {
  const path = join(folder, FILE);
  // Not waiting: opening a pipe that nobody writes would hold the process past every signal.
  const flag = constants.O_RDONLY | constants.O_NONBLOCK;
  const text = await readFile(path, { encoding: 'utf8', flag }).catch((error: NodeJS.ErrnoException) => {
    throw new Stop('usage', t('GXOPS_REPLAY: {path} cannot be read ({code})', { path, code: error.code ?? 'EIO' }), {
      notDone: t('Nothing was looked at.'),
    });
  });
  const lines = new Map<string, Line[]>();
  for (const [at, words] of text.split('\n').entries()) {
    if (words === '') continue;
    const line = parsed(words, path, at + 1);
    const key = keyOf(line.verb, line.args);
    lines.set(key, [...(lines.get(key) ?? []), line]);
  }
  return lines;
}

function parsed(words: string, file: string, line: number): Line {
  try {
    const value = JSON.parse(words) as Line;
    if (typeof value.verb === 'string' && Array.isArray(value.args)) return value;
  } catch {
    // Said below, with its place.
  }
  throw new Stop('usage', t('GXOPS_REPLAY: {file}:{line} is not a recorded look', { file, line }), {
    place: { file, line },
  });
}

function unrecorded(verb: string, folder: string): Stop {
  return new Stop('unreachable', t('this is a replay: {folder} holds no answer to this {verb}', { folder, verb }), {
    notDone: t('Nothing outside was looked at.'),
  });
}

function textOf(text: Json): Text {
  return isPhrase(text) ? text : String(text);
}

async function append(folder: string, line: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(join(folder, FILE), flags, 0o600);
  try {
    await handle.appendFile(line);
  } finally {
    await handle.close();
  }
}
