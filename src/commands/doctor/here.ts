/** Looking commands on the machine gxops itself runs on, through a host of site.yml that is this machine. */
import type { Finding } from '../../core/finding.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';

/** The first host of site.yml that is this very machine. */
export function hereOf({ site }: Session): string | undefined {
  return Object.entries(site.hosts).find(([, spec]) => spec.connect === 'local' && spec.root === undefined)?.[0];
}

/** Standard output of a looking command on this machine; undefined where it cannot run or ended with another code than 0. */
export async function outputHere(session: Session, argv: readonly string[]): Promise<string | undefined> {
  const host = hereOf(session);
  if (host === undefined) return undefined;
  try {
    const output = await session.world.look.command({ host, argv }, 10_000);
    return output.code === 0 ? output.stdout : undefined;
  } catch (cause) {
    if (cause instanceof Stop) return undefined;
    throw cause;
  }
}

/** Names in a folder of this machine; empty where it is absent or cannot be looked at. */
export async function namesHere(session: Session, path: string): Promise<readonly string[]> {
  const host = hereOf(session);
  if (host === undefined) return [];
  try {
    return (await session.world.look.folder(host, path)) ?? [];
  } catch (cause) {
    if (cause instanceof Stop) return [];
    throw cause;
  }
}

/** A finding that could not be made because nothing of site.yml is this machine, or the look failed. */
export function unseen(rule: string, subject: string, title: Text): Finding {
  const reason = t('this machine could not be asked: it takes a host with connect: local in site.yml');
  return { rule, subject, title, outcome: 'unknown', found: t('not looked at'), reason };
}
