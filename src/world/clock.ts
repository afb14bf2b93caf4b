/** The wall clock, for people; order in the journal is by number, never by it. */

/** Now. */
export function now(): Date {
  return new Date();
}

/** Resolves after so many milliseconds, or at once when aborted. */
export function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
