/** Who is at the keyboard, as far as the machine can tell. */
import fs from 'node:fs';
import os from 'node:os';
import type { Actor } from '../core/event.ts';

let machine: Actor | undefined;

/** What the account, the session and the environment say; `operator` is asserted by the caller. Nothing of it is proof. */
export function readActor(operator?: string): Actor {
  machine ??= actorFrom(process.env); // none of it changes in the life of a process
  return operator === undefined || operator === '' ? machine : { ...machine, operator };
}

/** The same for a given environment, read anew. */
export function actorFrom(env: NodeJS.ProcessEnv): Actor {
  const uid = process.getuid?.() ?? -1;
  const loginuid = loginOf();
  const from = addressOf(env);
  const tty = terminalOf();
  return {
    uid,
    user: userOf(uid),
    via: viaOf(env, from, tty),
    ...(loginuid === undefined ? {} : { loginuid }),
    ...(from === undefined ? {} : { from }),
    ...(tty === undefined ? {} : { tty }),
  };
}

function userOf(uid: number): string {
  try {
    return os.userInfo().username;
  } catch {
    return `uid ${uid}`; // an account without a passwd entry, as in some containers
  }
}

/** The account that logged in, which sudo and su do not change; undefined where the kernel keeps none. */
function loginOf(): number | undefined {
  try {
    const id = Number(fs.readFileSync('/proc/self/loginuid', 'utf8'));
    return Number.isInteger(id) && id !== 0xffffffff ? id : undefined;
  } catch {
    return undefined;
  }
}

function addressOf(env: NodeJS.ProcessEnv): string | undefined {
  const address = (env.SSH_CONNECTION ?? env.SSH_CLIENT ?? '').split(' ')[0] ?? '';
  return /^[0-9A-Fa-f.:%\w-]{2,64}$/.test(address) ? address : undefined;
}

/** The terminal a person reads: standard input's, else that of standard error, e.g. `pts/3`. */
function terminalOf(): string | undefined {
  for (const file of [0, 2]) {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${file}`);
      if (/^\/dev\/(pts\/\d+|tty\w+|console)$/.test(target)) return target.slice('/dev/'.length);
    } catch {
      // a closed descriptor or no /proc: no terminal is known
    }
  }
  return undefined;
}

function viaOf(env: NodeJS.ProcessEnv, from: string | undefined, tty: string | undefined): Actor['via'] {
  if (env.SUDO_UID !== undefined) return 'sudo';
  if (from !== undefined) return 'ssh';
  if (tty !== undefined) return 'terminal';
  return bornOfCron() ? 'cron' : 'unknown';
}

function bornOfCron(): boolean {
  let pid = process.ppid;
  for (let depth = 0; depth < 8 && pid > 1; depth++) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      if (/^(cron|crond|atd|anacron)$/i.test(name)) return true;
      pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return false;
    }
  }
  return false;
}
