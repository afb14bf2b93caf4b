/** A thing that is made when it is first needed. */

export type Lazy<T> = () => Promise<T>;

/** Begins on first use, once; after a failure the next use begins again. */
export function lazy<T>(begin: () => Promise<T>): Lazy<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= begin().catch((error) => {
      begun = undefined;
      throw error;
    });
    return begun;
  };
}
