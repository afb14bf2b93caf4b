/** `operator`: who acts, approves and receives; every change of it needs the security officer. */
import { PARTIES } from '../core/operator.ts';
import { t } from '../core/text.ts';
import type { Noun } from './command.ts';

export const operator: Noun = {
  name: 'operator',
  group: 'rest',
  title: t('people: roles, parties, keys'),
  verbs: [
    {
      name: 'add',
      kind: 'recording',
      title: t('propose a new operator; the security officer approves'),
      arguments: [{ name: 'name', title: t('name on command lines and in records') }],
      options: [
        { flags: '--role <role...>', title: t('data, system, app, approver, owner, recipient, security, auditor') },
        { flags: '--party <party>', title: t('whose employee'), choices: PARTIES },
        { flags: '--key <file>', title: t('Ed25519 public key (PEM)'), complete: 'files' },
        { flags: '--age <recipient>', title: t('age recipient (age1…) or its file') },
        { flags: '--account <account>', title: t('OS account mapped to this operator') },
        { flags: '--undertaking <date>', title: t('date of the signed confidentiality undertaking') },
        { flags: '--training <date>', title: t('date of the last security training') },
        { flags: '--clearance <date>', title: t('cleared until this date') },
      ],
      examples: ['gxops operator add wu --role data --party contractor --key wu.ed25519.pub --undertaking 2026-11-01'],
      load: () => import('./operator/add.ts'),
    },
    {
      name: 'list',
      kind: 'reading',
      title: t('operators with roles, party and dates'),
      options: [{ flags: '--all', title: t('retired ones too') }],
      load: () => import('./operator/list.ts'),
    },
    {
      name: 'retire',
      kind: 'recording',
      title: t('propose that an operator leaves; the security officer approves'),
      arguments: [{ name: 'name', title: t('the operator'), complete: 'operators' }],
      options: [{ flags: '--reason <text>', title: t('why') }],
      load: () => import('./operator/retire.ts'),
    },
  ],
};
