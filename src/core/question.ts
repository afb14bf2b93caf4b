/** What a person is asked, and what comes back. */
import type { Text } from './text.ts';

/** `id` is the step the answer belongs to (`--answer ID=VALUE`). */
export type Question =
  | { readonly id: string; readonly kind: 'confirm'; readonly message: Text }
  | { readonly id: string; readonly kind: 'text'; readonly message: Text; readonly match?: string }
  | {
      readonly id: string;
      readonly kind: 'choice';
      readonly message: Text;
      readonly choices: readonly { readonly value: string; readonly title: Text }[];
    }
  | { readonly id: string; readonly kind: 'secret'; readonly message: Text };
export type Answer = boolean | string;
