/** Elasticsearch and its relatives by plain HTTP: whether one can be reached. */
import type { SearchSpec } from '../core/site.ts';
import { t } from '../core/text.ts';
import type { Reach } from '../core/world.ts';
import type { Secret } from './secret.ts';

const TIMEOUT = 5000;
const BODY_CAP = 64 * 1024;

/** `GET /`: version and flavour. Never throws for a refusal; follows no redirect, so that credentials go nowhere else. */
export async function reachSearch(spec: SearchSpec, secret: Secret | undefined): Promise<Reach> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (spec.user !== undefined && secret !== undefined) {
    headers.authorization = `Basic ${Buffer.from(`${spec.user}:${secret.reveal()}`).toString('base64')}`;
  }
  try {
    const answer = await fetch(new URL('/', spec.url), {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return await judged(answer, spec.url);
  } catch (error) {
    const { cause, name } = error as { cause?: { code?: string }; name?: string };
    return {
      ok: false,
      mode: 'http',
      trouble: t('{url} could not be reached: {why}', { url: bare(spec.url), why: cause?.code ?? name ?? 'unknown' }),
    };
  }
}

async function judged(answer: Response, url: string): Promise<Reach> {
  const status = answer.status;
  if (status === 401 || status === 403) {
    await answer.body?.cancel();
    return {
      ok: false,
      mode: 'http',
      trouble: t('{url} does not let us in (HTTP {status})', { url: bare(url), status }),
    };
  }
  const info = status === 200 ? infoOf(await bounded(answer)) : undefined;
  if (info === undefined) {
    return {
      ok: false,
      mode: 'http',
      trouble: t('{url} does not answer like a search server (HTTP {status})', { url: bare(url), status }),
    };
  }
  return { ok: true, version: info.number, mode: info.distribution };
}

async function bounded(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > BODY_CAP) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function infoOf(body: string): { number: string; distribution: string } | undefined {
  try {
    const { version } = JSON.parse(body) as { version?: { number?: unknown; distribution?: unknown } };
    if (typeof version?.number !== 'string') return undefined;
    return {
      number: version.number,
      distribution: typeof version.distribution === 'string' ? version.distribution : 'elasticsearch',
    };
  } catch {
    return undefined;
  }
}

/** Without user and password, should someone have written them into the address. */
function bare(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//');
}
