/** What page and worker say to one another. The worker holds the keys and ends with the page. */
import type { Found } from './content.ts';
import type { Manifest } from './manifest.ts';
import type { Secret } from './opening.ts';
import type { Code, Values } from './refusal.ts';
import type { Place } from './sink.ts';

/** One at a time, each answered by `done` or `refused`; `start` needs no answer. */
export type Asked =
  | { readonly ask: 'start'; readonly manifest: Manifest; readonly key: Uint8Array | undefined }
  | { readonly ask: 'check'; readonly file: File }
  | { readonly ask: 'open'; readonly secret: Secret }
  | { readonly ask: 'save'; readonly as: 'same' | 'xlsx'; readonly handle: Place | undefined };

/** What came of it: nothing, what was found, or a Blob still to be downloaded. */
export interface Done {
  readonly found?: Found;
  readonly blob?: Blob;
}

export type Answer =
  | { readonly answer: 'progress'; readonly share: number }
  | { readonly answer: 'done'; readonly done: Done }
  | { readonly answer: 'refused'; readonly code: Code; readonly values: Values };
