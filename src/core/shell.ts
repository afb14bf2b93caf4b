/** Words as a person would type them: command lines that are shown, never run. */

/** One word, quoted for a POSIX shell where it needs to be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A whole command line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
