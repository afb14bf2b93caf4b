/** The page that opens a handed-over file. One script, two roles: in the window it is the page, in its worker it does the work. */
import type { Answer, Asked } from './messages.ts';
import { openWindow } from './window.ts';
import { work } from './worker.ts';

if (typeof document === 'undefined')
  work(
    (asked) => self.addEventListener('message', ({ data }: MessageEvent<Asked>) => asked(data)),
    (answer: Answer) => self.postMessage(answer),
  );
else openWindow(document.currentScript?.textContent ?? '');
