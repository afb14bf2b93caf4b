/** The thread beside the work in which an artefact's bytes are hashed, encrypted and written, one message after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Asked, Task } from './artefact-beside.ts';
import { sinkHere } from './artefact-sink.ts';

const { file, seal } = workerData as Task;
const sink = sinkHere(file, seal);
const answer = (said: Answer, memory: readonly ArrayBuffer[] = []): void => parentPort?.postMessage(said, [...memory]);

async function take(asked: Asked): Promise<void> {
  if (asked.kind === 'end') {
    answer({ kind: 'sunk', sunk: await sink.finish() });
    await sink.close();
    parentPort?.close();
    return;
  }
  const { memory, length } = asked;
  sink.push(new Uint8Array(memory, 0, length));
  await sink.drain();
  answer({ kind: 'free', memory, bytes: sink.bytes() }, [memory]);
}

let work = Promise.resolve();
parentPort?.on('message', (asked: Asked) => {
  // After the first failure nothing is taken any more; whoever asked ends this thread.
  work = work.then(() => take(asked));
  work.catch((error: { code?: string }) => answer({ kind: 'failed', code: error.code ?? 'error' }));
});
