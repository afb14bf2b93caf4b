/** Redis by ioredis: reading commands only, one attempt, no retry storms. */
import type { Redis as Client } from 'ioredis';
import type { RedisSpec, Site } from '../core/site.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import { readSecret } from './secret.ts';

const CONNECT_TIMEOUT = 5000;
const COMMAND_TIMEOUT = 5000;

/** Reading commands; a list behind one names the subcommands that read. MONITOR, KEYS and the like would hurt a busy server. */
const READING: Readonly<Record<string, readonly string[] | true>> = {
  ping: true,
  info: true,
  dbsize: true,
  time: true,
  role: true,
  lastsave: true,
  exists: true,
  type: true,
  ttl: true,
  pttl: true,
  strlen: true,
  llen: true,
  hlen: true,
  scard: true,
  zcard: true,
  xlen: true,
  scan: true,
  config: ['get'],
  client: ['list', 'info', 'getname', 'id'],
  memory: ['usage', 'stats', 'doctor'],
  slowlog: ['get', 'len'],
  latency: ['latest', 'history', 'doctor'],
  cluster: ['info', 'nodes', 'slots', 'shards', 'myid'],
  acl: ['whoami', 'list', 'getuser', 'cat'],
  object: ['encoding', 'idletime', 'freq', 'refcount'],
  module: ['list'],
  command: ['count', 'info'],
};

export interface Redises {
  command(name: string, argv: readonly string[]): Promise<unknown>;
  reach(name: string): Promise<Reach>;
}

/** The Redis servers of a site. */
export function openRedis(site: Site): Redises {
  return {
    async command(name, argv) {
      insistReading(name, argv);
      return withClient(site, name, (client) => client.call(argv[0] ?? '', ...argv.slice(1)));
    },
    reach: (name) => reachRedis(site, name),
  };
}

function insistReading(name: string, argv: readonly string[]): void {
  const command = argv[0]?.toLowerCase() ?? '';
  const shape = Object.hasOwn(READING, command) ? READING[command] : undefined;
  if (shape === true || shape?.includes(argv[1]?.toLowerCase() ?? '')) return;
  throw new Stop(
    'refused',
    t('a look may not send {command} to redis:{name}: it is not on the list of reading commands', {
      command: argv.slice(0, 2).join(' '),
      name,
    }),
    {
      notDone: t('It was not sent.'),
      safe: t('Nothing was changed.'),
      data: { state: 'not-done' },
    },
  );
}

async function withClient<T>(site: Site, name: string, use: (client: Client) => Promise<T>): Promise<T> {
  const spec = specOf(site, name);
  const secret = await readSecret(site.dir, `redis.${name}`, spec);
  const { Redis } = (await import('ioredis')).default;
  const client = new Redis({
    host: spec.host,
    port: spec.port ?? 6379,
    ...(spec.user === undefined ? {} : { username: spec.user }),
    ...(secret === undefined ? {} : { password: secret.reveal() }),
    ...(spec.tls === true ? { tls: {} } : {}),
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    reconnectOnError: () => false,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectionName: 'gxops',
  });
  let first: unknown;
  // Kept because the promise of connect() says only that the connection closed; unheard it would be printed.
  client.on('error', (error: unknown) => {
    first ??= error;
  });
  try {
    await client.connect();
    return await use(client);
  } catch (error) {
    throw unreached(name, spec, first ?? error);
  } finally {
    client.disconnect();
  }
}

function unreached(name: string, spec: RedisSpec, error: unknown): Stop {
  const { code, message = '' } = error as { code?: string; message?: string };
  // A server's error begins with its code (WRONGPASS, NOAUTH, NOPERM, ERR); the rest could hold an argument.
  const why = code ?? /^[A-Z]{3,}/.exec(message)?.[0] ?? (/timed? ?out/i.test(message) ? 'ETIMEDOUT' : 'closed');
  const port = spec.port ?? 6379;
  return new Stop(
    'unreachable',
    t('redis:{name} at {host}:{port} gave no answer ({why})', { name, host: spec.host, port, why }),
    {
      notDone: t('Nothing was judged from this look, and nothing was changed.'),
      data: { state: 'not-done', why },
    },
  );
}

async function reachRedis(site: Site, name: string): Promise<Reach> {
  try {
    const [info, time] = await withClient(
      site,
      name,
      async (client) => [await client.info(), await timed(client)] as const,
    );
    const field = (key: string): string => new RegExp(`^${key}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '?';
    return {
      ok: true,
      version: field('redis_version'),
      mode: `ioredis, ${field('role')}, ${field('redis_mode')}`,
      skew: time,
    };
  } catch (error) {
    if (!(error instanceof Stop) || error.verdict !== 'unreachable') throw error;
    return { ok: false, mode: 'ioredis', trouble: error.text, advice: adviceFor(JSON.stringify(error.detail.data)) };
  }
}

function adviceFor(why: string) {
  if (/WRONGPASS|NOAUTH|NOPERM/.test(why)) return t('Check user and secret in site.yml; gxops tried once.');
  if (/ECONNREFUSED/.test(why)) return t('Start the server, or correct host and port in site.yml.');
  return t('Check the route, the firewall and that the server is up.');
}

async function timed(client: Client): Promise<number> {
  const sent = Date.now();
  const [seconds, micros] = await client.time();
  return Math.round(Number(seconds) * 1000 + Number(micros) / 1000 - (sent + Date.now()) / 2);
}

function specOf(site: Site, name: string): RedisSpec {
  const spec = Object.hasOwn(site.redis, name) ? site.redis[name] : undefined;
  if (spec !== undefined) return spec;
  const names = Object.keys(site.redis).join(', ') || '-';
  throw new Stop('usage', t('site.yml has no redis {name}; it has: {names}', { name, names }), {
    notDone: t('Nothing was looked at or changed.'),
    next: ['gxops site show'],
  });
}
