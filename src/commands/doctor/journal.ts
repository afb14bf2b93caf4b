/** Is the journal there, whole at its end, ours to write, and on a file system whose locks and syncs hold? Nothing is written to find out. */
import type { Finding } from '../../core/finding.ts';
import { localTime } from '../../core/local-time.ts';
import type { Session } from '../../core/session.ts';
import { Stop } from '../../core/stop.ts';
import { type Text, t } from '../../core/text.ts';
import { namesHere, outputHere, unseen } from './here.ts';

/** Network file systems on which a lock or a sync may mean less than it says. */
const DOUBTFUL = /^(nfs|cifs|smb|fuse|9p|afs)/i;
/** An entry this far in the future means that a clock was wrong. */
const AHEAD = 120_000;

/** Findings on the journal of this site. */
export async function examineJournal(session: Session): Promise<readonly Finding[]> {
  const subject = `${session.site.dir}/journal`;
  return [
    await newest(session, subject),
    await writable(session, subject),
    await tail(session, subject),
    await filesystem(session, subject),
  ];
}

async function newest({ world, site }: Session, subject: string): Promise<Finding> {
  const common = { rule: 'doctor-journal', subject, wanted: t('a journal whose newest entry can be read') };
  try {
    const [entry] = await world.keep.entries({ last: 1 });
    if (entry === undefined)
      return {
        ...common,
        outcome: 'fail',
        found: t('no entry'),
        advice: t('Bring the folder back from a copy; a new journal would know nothing of what was done.'),
      };
    const ago = world.now().getTime() - Date.parse(entry.body.t);
    const found = t('entry {seq} of {at}', { seq: entry.seq, at: localTime(entry.body.t, site.timeZone) });
    if (ago >= -AHEAD) return { ...common, outcome: 'pass', found };
    return {
      ...common,
      outcome: 'warn',
      found,
      advice: t('It lies in the future: look at the clock of this machine.'),
    };
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    return { ...common, outcome: 'fail', found: cause.text, advice: t('See what is wrong: gxops audit verify') };
  }
}

/** By permission, not by trying: `doctor` leaves no trace. */
async function writable(session: Session, subject: string): Promise<Finding> {
  const rule = 'doctor-journal-writable';
  const seen = await outputHere(session, ['stat', '-c', '%a %u', '--', subject]);
  if (seen === undefined) return unseen(rule, subject, t('journal folder'));
  const may = (await outputHere(session, ['test', '-w', subject])) !== undefined;
  const [mode = '', owner = ''] = seen.trim().split(' ');
  const closed = (Number.parseInt(mode, 8) & 0o077) === 0;
  const found = t('mode {mode}, owner {owner}, {may}', { mode, owner, may: may ? t('writable') : t('not writable') });
  const wanted = t('writable for this account and closed to others');
  const advice: Text = may
    ? t('chmod 0700 the folder')
    : t('Without a journal nothing may be done: have the folder given to this account.');
  return { rule, subject, outcome: may ? (closed ? 'pass' : 'warn') : 'fail', found, wanted, advice };
}

async function tail(session: Session, subject: string): Promise<Finding> {
  const rule = 'doctor-journal-tail';
  const segments = (await namesHere(session, subject)).filter((name) => /^\d+\.jsonl$/.test(name));
  const last = segments.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  const end = last === undefined ? undefined : await outputHere(session, ['tail', '-c', '1', `${subject}/${last}`]);
  if (last === undefined || end === undefined) return unseen(rule, subject, t('end of the journal'));
  const whole = end === '\n' || end === '';
  return {
    rule,
    subject: `${subject}/${last}`,
    outcome: whole ? 'pass' : 'warn',
    found: whole ? t('ends with a whole line') : t('the last line is torn'),
    wanted: t('ends with a whole line'),
    advice: t('The next entry sets the torn bytes aside and says so; gxops audit verify shows them now.'),
  };
}

async function filesystem({ world }: Session, subject: string): Promise<Finding> {
  const rule = 'doctor-journal-filesystem';
  const { filesystem: type } = await world.look.machine();
  if (type === undefined) return unseen(rule, subject, t('file system'));
  const wanted = t('a local file system');
  if (!DOUBTFUL.test(type)) return { rule, subject, outcome: 'pass', found: type, wanted };
  return {
    rule,
    subject,
    outcome: 'fail',
    found: type,
    wanted,
    advice: t('Move the site folder to a local disk: here locks and syncs may not hold.'),
  };
}
