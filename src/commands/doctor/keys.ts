/** Files that hold keys and passwords: may anybody else read them? Their content is never read. */
import type { Finding } from '../../core/finding.ts';
import type { Session } from '../../core/session.ts';
import { t } from '../../core/text.ts';
import { type Guarded, judgeSecretFile, type SecretFile, secretFiles } from '../../rules/site-secrets.ts';
import { hereOf, namesHere, outputHere } from './here.ts';

/** One finding for each file that site.yml names, and for each private key below the site folder. */
export async function examineKeys(session: Session): Promise<readonly Finding[]> {
  const { uid } = await session.world.look.machine();
  const named = secretFiles(session.site);
  const paths = new Set(named.map(({ path }) => path));
  const kept = (await ownKeys(session)).filter(({ path }) => !paths.has(path));
  const files = [...named, ...kept];
  const findings = await Promise.all(
    files.map(async (file) => judgeSecretFile(file, await stat(session, file.path), uid)),
  );
  const right = findings.filter(({ outcome }) => outcome === 'pass');
  const rest = findings.filter(({ outcome }) => outcome !== 'pass');
  return right.length < 2 ? findings : [...rest, together(session.site.dir, right)];
}

/** What is right is one line; only what is not needs its own. */
function together(dir: string, right: readonly Finding[]): Finding {
  const found = t('{count} files with keys or passwords, closed to others', { count: right.length });
  return { rule: 'site-secret-file', subject: dir, outcome: 'pass', found };
}

async function ownKeys(session: Session): Promise<SecretFile[]> {
  const { site } = session;
  const names = await namesHere(session, `${site.dir}/keys`);
  return names
    .filter((name) => /\.(ed25519|age)$/.test(name))
    .map((name) => ({ key: `keys/${name}`, path: `${site.dir}/keys/${name}`, anyOwner: true }));
}

async function stat(session: Session, path: string): Promise<Guarded | undefined> {
  if (hereOf(session) === undefined) return undefined;
  const seen = await outputHere(session, ['stat', '-c', '%a %u %F', '--', path]);
  const [, mode, owner, kind = ''] = /^([0-7]+) (\d+) (.+)\s*$/.exec(seen ?? '') ?? [];
  if (mode === undefined) return { kind: 'absent' };
  return { kind: 'there', mode: Number.parseInt(mode, 8), owner: Number(owner), regular: kind.startsWith('regular') };
}
