/** The parts of the demo that meet something outside the sandbox: an Oracle listener, a Redis server, and the report's file. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { must, type Stage, type Words } from './stage.ts';

/** Adds an entry under a top-level key of site.yml, which is created where it is missing. */
function configure(stage: Stage, key: string, entry: string): void {
  const file = join(stage.site, 'site.yml');
  const text = readFileSync(file, 'utf8');
  const head = new RegExp(`^${key}:[ \\t]*(\\{\\})?[ \\t]*(#.*)?$`, 'm');
  writeFileSync(file, head.test(text) ? text.replace(head, `${key}:\n  ${entry}`) : `${text}\n${key}:\n  ${entry}\n`);
}

function secret(stage: Stage, name: string, value: string): string {
  mkdirSync(join(stage.site, 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(join(stage.site, 'secrets', name), value, { mode: 0o600 });
  return `secrets/${name}`;
}

export async function oracle(stage: Stage): Promise<Words> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'listener-alone.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
      child.once('exit', () => reject(new Error('the listener did not start')));
    });
    const password = secret(stage, 'ora1', 'not-a-real-password');
    configure(
      stage,
      'databases',
      `ora1: { kind: oracle, connect: '127.0.0.1:${port}/INV', user: GXOPS_RO, passwordFile: ${password}, client: thin }`,
    );
    stage.tell({
      en: 'A listener on this machine answers the driver with ORA-12514.',
      'zh-CN': '本机上的一个监听器以 ORA-12514 答复驱动。',
    });
    const seen = stage.quiet(['doctor']);
    const lines = seen.stdout.split('\n').filter((line) => /ora1|12514|NJS|INV/.test(line));
    console.log(lines.map((line) => `  ${line}`).join('\n'));
    must(
      lines.some((line) => /12514|NJS-518|not registered|未注册/.test(line)),
      'doctor does not say why the listener refused',
    );
    must(!JSON.stringify(seen).includes('not-a-real-password'), 'the password was shown');
    return { en: 'doctor names the refusal and what to do about it.', 'zh-CN': 'doctor 说明了拒绝的原因和处理办法。' };
  } finally {
    child.stdin.end();
    child.kill();
  }
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export async function redis(stage: Stage): Promise<Words> {
  if (spawnSync('redis-server', ['--version']).error !== undefined) {
    return {
      en: 'Left out, and said aloud: no redis-server is installed here, so no look at one was made.',
      'zh-CN': '跳过并明说：本机没有安装 redis-server，因此没有查看。',
    };
  }
  const port = await freePort();
  const argv = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--dir',
    stage.folder,
    '--daemonize',
    'no',
  ];
  const server = spawn('redis-server', argv, { stdio: 'ignore' });
  try {
    configure(stage, 'redis', `cache: { host: 127.0.0.1, port: ${port} }`);
    for (let i = 0; i < 50 && !isUp(port); i++) await new Promise((resolve) => setTimeout(resolve, 100));
    const seen = stage.quiet(['doctor']);
    const version = /v=(\d+\.\d+\.\d+)/.exec(
      spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout,
    )?.[1];
    const lines = seen.stdout.split('\n').filter((line) => /redis:cache|cache/.test(line));
    console.log(lines.map((line) => `  ${line}`).join('\n'));
    must(
      version !== undefined && lines.some((line) => line.includes(version)),
      `doctor does not show Redis ${version}`,
    );
    return { en: `Reached through ioredis: Redis ${version}.`, 'zh-CN': `通过 ioredis 连上：Redis ${version}。` };
  } finally {
    server.kill();
  }
}

function isUp(port: number): boolean {
  return spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout?.includes('PONG') ?? false;
}

export function whereItLies(stage: Stage): Words {
  const file = join(stage.folder, 'hardening.html');
  const argv = ['harden', 'check', '--host', 'sandbox', '--report', file, '--format', 'html'];
  const ran = stage.quiet(argv);
  must(existsSync(file), `no report was written (exit ${ran.code})`);
  const html = readFileSync(file, 'utf8');
  must(/^<!doctype html>/i.test(html) && !/(src|href)="https?:/i.test(html), 'the report is not self-contained HTML');
  return { en: `The report lies in ${file}`, 'zh-CN': `报告在 ${file}` };
}
