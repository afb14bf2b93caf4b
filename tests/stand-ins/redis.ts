/** A real redis-server on loopback, without persistence, in a temporary folder. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, reachable, type Stoppable } from './port.ts';

const SERVER = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server'].find((path) =>
  existsSync(path),
);

/** What a test says aloud when it must skip; undefined where a server can be started. */
export const redisMissing: string | undefined = SERVER === undefined ? 'no redis-server on this machine' : undefined;

export interface RedisServer extends Stoppable {
  readonly port: number;
}

/** Starts one; with `password`, it demands that. */
export async function startRedis(password?: string): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gxops-redis-'));
  const port = await freePort();
  const config = join(folder, 'redis.conf');
  const lines = ['bind 127.0.0.1', `port ${port}`, `dir ${folder}`, 'save ""', 'appendonly no', 'daemonize no'];
  if (password !== undefined) lines.push(`requirepass ${password}`);
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  const child = spawn(SERVER ?? '', [config], { stdio: 'ignore' });
  await reachable(port, () => child.exitCode === null);
  return {
    port,
    async stop() {
      const gone = new Promise<void>((resolve) =>
        child.exitCode === null ? child.once('exit', () => resolve()) : resolve(),
      );
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
