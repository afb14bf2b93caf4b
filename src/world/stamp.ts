/** What the machine adds to an event before it is stored: ids, clocks, place and program. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import type { Actor, Body, Draft } from '../core/event.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Who and what writes; all but the clock is fixed for the life of the process. */
export interface Stamps {
  actor(): Actor;
  readonly appVersion: string;
  readonly node: string;
  readonly now?: () => Date;
}

/** Stamps a draft for a log; `now` is the clock it stamps by. */
export interface Stamp {
  (draft: Draft, log: string): Body;
  now(): Date;
}

/** Stamps drafts for one log. */
export function stamper(stamps: Stamps): Stamp {
  const boot = bootId();
  const host = os.hostname();
  const app = { ver: stamps.appVersion, node: stamps.node };
  const now = stamps.now ?? (() => new Date());
  const stamp = (draft: Draft, log: string): Body => {
    const at = now();
    return {
      ...draft,
      v: 1,
      log,
      id: ulid(at.getTime()),
      t: at.toISOString(),
      mono: `${boot}:${process.hrtime.bigint()}`,
      tz: offsetOf(at),
      actor: stamps.actor(),
      app,
      host,
    };
  };
  return Object.assign(stamp, { now });
}

/** The kernel's id of this boot; `unknown` where it tells none. */
export function bootId(): string {
  try {
    return fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** A name for a new log: `gx-` and eight random hex digits. */
export function newLogId(): string {
  return `gx-${randomBytes(4).toString('hex')}`;
}

/** 26 Crockford digits: 48 bits of milliseconds, then 80 random bits. */
export function ulid(at: number): string {
  return crockford(at, 10) + random(16);
}

/** `R-20261123-7F3KQ`: a letter, the local date, five random Crockford digits. */
export function shortId(letter: string, at: Date): string {
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${letter}-${date.join('')}-${random(5)}`;
}

function crockford(value: number, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest = Math.floor(rest / 32)) text = CROCKFORD.charAt(rest % 32) + text;
  return text;
}

const pool = { bytes: Buffer.alloc(0), at: 0 };

/** Random digits; the bytes are fetched many at a time, since a call to the generator costs more than what it gives. */
function random(digits: number): string {
  if (pool.at + digits > pool.bytes.length) Object.assign(pool, { bytes: randomBytes(4096), at: 0 });
  let text = '';
  for (const byte of pool.bytes.subarray(pool.at, pool.at + digits)) text += CROCKFORD.charAt(byte % 32);
  pool.at += digits;
  return text;
}

function offsetOf(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
