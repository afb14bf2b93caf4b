/** The real program in a real pseudo-terminal: a person's keyboard, screen and hang-up, driven by a test. */
import { type IPty, spawn } from '@lydell/node-pty';
import { play, visible } from './screen.ts';

export interface Ended {
  readonly code: number;
  readonly signal: number;
}

export interface Terminal {
  readonly pid: number;
  /** Everything written so far, escape sequences included. */
  raw(): string;
  /** Everything written so far, as the lines a screen showed. */
  text(): string;
  /** What the screen shows now. */
  screen(): string[];
  /** Resolves with text() once it matches; rejects after `timeout` ms, or when the program ended without it. */
  waitFor(what: string | RegExp, timeout?: number): Promise<string>;
  type(keys: string): void;
  enter(): void;
  ctrlC(): void;
  /** Closes the terminal as a lost SSH connection does: the kernel sends SIGHUP, later writes fail with EIO. */
  hangup(): void;
  resize(columns: number, rows: number): void;
  /** Stop and go on reading, as a slow link does. */
  pause(): void;
  resume(): void;
  /** Resolves when the program ended; rejects after `timeout` ms (60 s), having killed it. */
  ended(timeout?: number): Promise<Ended>;
}

export interface Opened {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

const live = new Set<IPty>();

/** Kills what a failed test left; call it in afterEach. */
export function closeTerminals(): void {
  for (const pty of live) {
    try {
      process.kill(pty.pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  }
  live.clear();
}

/** Starts a program in a new session with the pty as its controlling terminal. */
export function openTerminal(argv: readonly string[], opened: Opened = {}): Terminal {
  const { columns = 100, rows = 40 } = opened;
  const [file, ...rest] = argv;
  if (file === undefined) throw new TypeError('no program to run');
  const env = { TERM: 'xterm-256color', ...opened.env };
  const pty = spawn(file, rest, { cols: columns, rows, cwd: opened.cwd ?? process.cwd(), env, encoding: null });
  live.add(pty);
  const watch = watched(pty);
  const sized = { columns, rows };
  const shown = () => play(watch.written(), sized.columns, sized.rows);
  const text = () =>
    shown()
      .rows.map((row) =>
        row
          .map(({ glyph }) => glyph)
          .join('')
          .trimEnd(),
      )
      .join('\n');
  return {
    pid: pty.pid,
    raw: watch.written,
    text,
    screen: () => visible(shown(), sized.rows),
    waitFor: (what, timeout = 30_000) =>
      watch.until(() => (matches(text(), what) ? text() : undefined), String(what), timeout),
    type: (keys) => pty.write(keys),
    enter: () => pty.write('\r'),
    ctrlC: () => pty.write('\x03'),
    hangup: () => (pty as IPty & { destroy(): void }).destroy(),
    resize: (wide, high) => {
      Object.assign(sized, { columns: wide, rows: high });
      pty.resize(wide, high);
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    ended: (timeout = 60_000) => watch.ended(timeout),
  };
}

function matches(text: string, what: string | RegExp): boolean {
  // A screen's rows carry no trailing blanks.
  return typeof what === 'string' ? text.includes(what.trimEnd()) : what.test(text);
}

/** Collects a pty's bytes and wakes whoever waits for them. */
function watched(pty: IPty) {
  const decoder = new TextDecoder();
  let written = '';
  let end: Ended | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  pty.onData((data) => {
    written += typeof data === 'string' ? data : decoder.decode(data as Uint8Array, { stream: true });
    wake();
  });
  pty.onExit(({ exitCode, signal }) => {
    end = { code: exitCode, signal: signal ?? 0 };
    live.delete(pty);
    wake();
  });
  const wait = <T>(look: () => T | undefined, name: string, timeout: number, untilEnd: boolean): Promise<T> =>
    new Promise((resolve, reject) => {
      const over = (settle: () => void) => {
        clearTimeout(timer);
        waiting.delete(check);
        settle();
      };
      const check = () => {
        const value = look();
        if (value !== undefined) over(() => resolve(value));
        else if (end !== undefined && untilEnd)
          over(() => reject(new Error(`ended ${end?.code} without ${name}:\n${written}`)));
      };
      const timer = setTimeout(
        () => over(() => reject(new Error(`no ${name} in ${timeout} ms:\n${written}`))),
        timeout,
      );
      waiting.add(check);
      check();
    });
  return {
    written: () => written,
    until: <T>(look: () => T | undefined, name: string, timeout: number) => wait(look, name, timeout, true),
    ended: (timeout: number) =>
      wait(() => end, 'end', timeout, false).catch((fault: unknown) => {
        closeTerminals();
        throw fault;
      }),
  };
}
