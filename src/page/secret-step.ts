/** The second step: a passphrase, or an identity from a file or pasted. Its fields are emptied as they are read. */
import { isSealed, type Secret } from './opening.ts';
import { refuse } from './refusal.ts';
import { at, said, visible } from './show.ts';
import type { Said } from './texts.ts';

const TITLES: Readonly<Record<'both' | 'identity', Said>> = {
  both: ['输入口令，或用私钥文件', 'Passphrase, or identity file'],
  identity: ['用您的私钥文件', 'Your identity file'],
};
const LABELS: Readonly<Record<'file' | 'identity', Said>> = {
  file: ['交付人另行告知您的口令', 'The passphrase that you were told separately'],
  identity: ['私钥文件的口令', 'Passphrase of the identity file'],
};
/** An identity file is a few lines; a larger one is something else. */
const LARGEST = 1 << 20;

/** What the reader has put in so far. */
export interface SecretStep {
  /** Takes what was given and empties the fields. Refuses where nothing usable was. */
  take(): Secret;
  /** Where to type again. */
  focus(): void;
}

/** Makes the fields work. `keyed`: the page holds a key that a passphrase opens. */
export function secretStep(keyed: boolean, failed: (error: unknown) => void): SecretStep {
  const passphrase = at<HTMLInputElement>('passphrase');
  const pasted = at<HTMLInputElement>('identity-text');
  const held: { identity?: Uint8Array | undefined } = {};
  const byIdentity = (): boolean => !keyed || at<HTMLInputElement>('way-identity').checked;
  const arrange = (): void => {
    const sealed = held.identity !== undefined && isSealed(held.identity);
    at('by-identity').hidden = !byIdentity();
    at('by-passphrase').hidden = byIdentity() && !sealed;
    at('identity-paste').hidden = held.identity !== undefined;
    at('passphrase-label').replaceChildren(...said(LABELS[byIdentity() ? 'identity' : 'file']));
  };
  at('secret-title').replaceChildren(...said(TITLES[keyed ? 'both' : 'identity']));
  at('ways').hidden = !keyed;
  for (const id of ['way-passphrase', 'way-identity']) at(id).addEventListener('change', arrange);
  chooseIdentity((identity) => {
    held.identity = identity;
    arrange();
    at(isSealed(identity) ? 'passphrase' : 'open').focus();
  }, failed);
  typing(passphrase, pasted);
  arrange();
  return {
    take() {
      const [typed, text] = [passphrase.value, pasted.value];
      passphrase.value = '';
      pasted.value = '';
      if (!byIdentity()) return { kind: 'passphrase', passphrase: typed };
      const identity = held.identity ?? new TextEncoder().encode(text);
      if (identity.length === 0) throw refuse('identity');
      return { kind: 'identity', identity, passphrase: typed };
    },
    focus: () => (at('by-passphrase').hidden ? at('identity-file') : passphrase).focus(),
  };
}

function chooseIdentity(chosen: (identity: Uint8Array) => void, failed: (error: unknown) => void): void {
  const input = at<HTMLInputElement>('identity-file');
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file === undefined) return;
    at('identity-name').textContent = visible(file.name);
    const read = file.size > LARGEST ? Promise.reject(refuse('identity')) : file.arrayBuffer();
    read.then((bytes) => chosen(new Uint8Array(bytes)), failed);
  });
}

/** Showing what is typed, Caps Lock, and Enter for the button. */
function typing(...fields: readonly HTMLInputElement[]): void {
  const show = at<HTMLInputElement>('show');
  show.addEventListener('change', () => {
    at<HTMLInputElement>('passphrase').type = show.checked ? 'text' : 'password';
  });
  for (const field of fields) {
    field.addEventListener('keydown', (event) => {
      at('capitals').hidden = !event.getModifierState('CapsLock');
      if (event.key === 'Enter' && !event.isComposing) at('open').click();
    });
  }
}
