/** Rules on where software comes from. */
import { t } from '../../core/text.ts';
import { FAMILY_NEEDS, type Facts, familyOf, type TextFile, textAt, textFilesIn } from './facts.ts';
import { repositoriesOf, withSignatures } from './repos.ts';
import { held, type Judged, listed, type Rule } from './rule.ts';

const MAINS = ['/etc/dnf/dnf.conf', '/etc/yum.conf'] as const;
const FOLDER = '/etc/yum.repos.d';

interface Unsigned {
  readonly file: TextFile;
  readonly name: string;
  readonly line: number;
}

/** Enabled repositories whose packages need no signature. A repository that says nothing follows the main file, whose default is no. */
function unsigned(facts: Facts): Unsigned[] {
  const main = MAINS.flatMap((path) => repositoriesOf(textAt(facts, path))).filter(({ name }) => name === 'main');
  const standard = main.length > 0 && main.every(({ gpgcheck }) => gpgcheck === true);
  return textFilesIn(facts, FOLDER, '.repo').flatMap((file) =>
    repositoriesOf(file.text)
      .filter(({ enabled, gpgcheck }) => enabled && !(gpgcheck ?? standard))
      .map(({ name, line }) => ({ file, name, line })),
  );
}

function signedJudged(facts: Facts): Judged {
  const open = unsigned(facts).map(({ file, name, line }) => `[${name}] (${file.path}:${line})`);
  return held(open.length === 0, open.length === 0 ? t('all enabled repositories') : listed(open));
}

export const PACKAGE_RULES: readonly Rule[] = [
  {
    id: 'LNX-IN-09',
    revision: 1,
    title: t('packages are installed with a checked signature only'),
    why: t(
      'Without a signature anybody between here and the repository decides what is installed. Trap: a local ISO repository needs its key imported first.',
    ),
    severity: 'high',
    clauses: ['8.1.4.4e', '8.1.4.7b'],
    cis: '1.2.2',
    lane: 'cheap',
    needs: [
      ...FAMILY_NEEDS,
      ...MAINS.map((path) => ({ kind: 'file', path }) as const),
      { kind: 'folder', path: FOLDER, files: '.repo' },
    ],
    applies: (facts) => {
      const { family, name } = familyOf(facts);
      return { applies: family === 'el', fact: t('the distribution is {name}', { name }) };
    },
    wanted: () => t('gpgcheck=1 for every enabled repository'),
    layers: { file: signedJudged },
    fix: {
      cutsOff: false,
      edits: (facts) =>
        unsigned(facts).map(({ file, name }) => ({
          kind: 'text',
          path: file.path,
          edit: (text) => withSignatures(text, name),
        })),
    },
    manual: t('Import the key of the repository with rpm --import, then set gpgcheck=1 in its file.'),
    risk: { level: 1, blocks: t('installing from a local ISO whose key is not imported') },
  },
];
