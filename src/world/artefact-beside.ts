/** A sink in a thread of its own, so that rows are made on one processor while those before them are sealed on another. */
import type { FileHandle } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Seal } from './age-file.ts';
import type { Sink, Sunk } from './artefact-sink.ts';

export interface Task {
  readonly file: FileHandle;
  readonly seal: Seal;
}

/** What the thread is asked. Memory goes over and comes back; it is never in both. */
export type Asked =
  | { readonly kind: 'take'; readonly memory: ArrayBuffer; readonly length: number }
  | { readonly kind: 'end' };

export type Answer =
  | { readonly kind: 'free'; readonly memory: ArrayBuffer; readonly bytes: number }
  | { readonly kind: 'sunk'; readonly sunk: Sunk }
  | { readonly kind: 'failed'; readonly code: string };

const SIZE = 512 * 1024;
/** Pieces that may wait for the thread before the work waits for it. */
const WAITING = 2;

interface State {
  memory: ArrayBuffer;
  filled: number;
  readonly free: ArrayBuffer[];
  /** Handed over and not yet back. */
  away: number;
  bytes: number;
  sunk: Sunk | undefined;
  failure: Error | undefined;
  wake: () => void;
}

/** Like `sinkHere`. File and file key move to the thread, which wipes the key; `close` ends the thread whatever it is at. */
export function sinkBeside(file: FileHandle, seal: Seal): Sink {
  const worker = startThread({ file, seal });
  const state: State = {
    ...{ memory: new ArrayBuffer(SIZE), filled: 0, free: [], away: 0, bytes: 0 },
    ...{ sunk: undefined, failure: undefined, wake: () => undefined },
  };
  listen(worker, state);
  const send = (): void => {
    state.away++;
    const { memory, filled: length } = state;
    worker.postMessage({ kind: 'take', memory, length } satisfies Asked, [memory]);
    state.memory = state.free.pop() ?? new ArrayBuffer(SIZE);
    state.filled = 0;
  };
  return {
    push(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const taken = Math.min(SIZE - state.filled, bytes.length - from);
        new Uint8Array(state.memory).set(bytes.subarray(from, from + taken), state.filled);
        state.filled += taken;
        from += taken;
        if (state.filled === SIZE) send();
      }
    },
    drain: () => until(state, () => state.away <= WAITING),
    bytes: () => state.bytes,
    async finish() {
      if (state.filled > 0) send();
      worker.postMessage({ kind: 'end' } satisfies Asked);
      await until(state, () => state.sunk !== undefined);
      return state.sunk as Sunk;
    },
    async close() {
      await worker.terminate();
    },
  };
}

function startThread({ file, seal }: Task): Worker {
  const own = import.meta.url.endsWith('.ts') ? './artefact-thread.ts' : './artefact-thread.js';
  return new Worker(fileURLToPath(new URL(own, import.meta.url)), {
    workerData: { file, seal } satisfies Task,
    // The key's memory goes over as a whole; nothing of it stays here.
    transferList: [file, seal.fileKey.buffer],
    ...{ execArgv: [], env: {} },
    // It makes next to no objects.
    resourceLimits: { maxYoungGenerationSizeMb: 1 },
  });
}

function listen(worker: Worker, state: State): void {
  const fail = (code: string): void => {
    state.failure ??= Object.assign(new Error('the thread that seals failed'), { code });
    state.wake();
  };
  worker.on('message', (answer: Answer) => {
    if (answer.kind === 'failed') return fail(answer.code);
    if (answer.kind === 'sunk') state.sunk = answer.sunk;
    else {
      state.away--;
      state.bytes = answer.bytes;
      state.free.push(answer.memory);
    }
    state.wake();
  });
  worker.on('error', (error: { code?: string }) => fail(error.code ?? 'error'));
  worker.on('exit', () => (state.sunk === undefined ? fail('error') : undefined));
}

/** Waits for what the thread says; throws where it failed. */
async function until(state: State, done: () => boolean): Promise<void> {
  for (;;) {
    if (state.failure !== undefined) throw state.failure;
    if (done()) return;
    await new Promise<void>((resolve) => {
      state.wake = resolve;
    });
  }
}
