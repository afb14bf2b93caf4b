/** The flags that every command takes: data for parsing, help and completion. */
import { t } from '../core/text.ts';
import type { Option } from './command.ts';

/** The flags that every command takes, before the noun, between and after. */
export const EVERYWHERE: readonly Option[] = [
  { flags: '--site <dir>', title: t('the site folder'), complete: 'files' },
  { flags: '--as <operator>', title: t('who acts'), complete: 'operators' },
  { flags: '--key <file>', title: t('the private key file to sign with'), complete: 'files' },
  { flags: '--execute', title: t('do it; without it an acting verb only rehearses') },
  { flags: '--json', title: t('one JSON document on standard output') },
  { flags: '--yes', title: t('answer confirmations with yes') },
  { flags: '--answer <step=value...>', title: t('answer one step beforehand') },
  { flags: '--no-input', title: t('never prompt') },
  { flags: '--lang <language>', title: t('language of what is shown'), choices: ['zh-CN', 'en'] },
  { flags: '--no-color', title: t('no colour') },
  { flags: '--report <file>', title: t('where the report also goes'), complete: 'files' },
  { flags: '--format <form>', title: t('form of the report'), choices: ['terminal', 'md', 'html', 'docx', 'json'] },
  { flags: '-v, --verbose', title: t('more talk on standard error') },
  { flags: '-V, --version', title: t('the version') },
  { flags: '-h, --help', title: t('this help') },
];
