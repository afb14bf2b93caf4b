/** The window's side of the worker: started from this very script, so that the page stays one file. */
import type { Answer, Asked, Done } from './messages.ts';
import { refuse } from './refusal.ts';

/** Asks the worker one thing at a time. */
export interface WorkerThread {
  ask(asked: Asked, progress?: (share: number) => void): Promise<Done>;
}

/** Starts it from the script's own text. What it refuses is thrown here. */
export function startWorker(script: string): WorkerThread {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(address);
  return {
    ask: (asked, progress = () => undefined) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<Answer>) => {
          if (data.answer === 'progress') progress(data.share);
          else if (data.answer === 'done') resolve(data.done);
          else reject(refuse(data.code, data.values));
        };
        // A browser that forbids such a worker says so here.
        worker.onerror = () => reject(refuse('browser'));
        worker.postMessage(asked);
      }),
  };
}
