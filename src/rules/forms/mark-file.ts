/** What a leaked file is, by its first bytes, and its text as UTF-8 whatever encoding it was saved in. */

/** `age`: still encrypted, so that nothing in it can be read. */
export type LeakedKind = 'csv' | 'jsonl' | 'xlsx' | 'sheet' | 'age';

/** The kind of a file by its beginning; what is nothing else is taken for a CSV. */
export function leakedKind(head: Uint8Array): LeakedKind {
  const text = new TextDecoder(encodingOf(head)).decode(head.subarray(0, 1024)).trimStart();
  if (text.startsWith('PK\x03\x04')) return 'xlsx';
  if (/^(age-encryption\.org\/|-----BEGIN AGE)/.test(text)) return 'age';
  if (text.startsWith('<')) return 'sheet';
  return text.startsWith('{') ? 'jsonl' : 'csv';
}

const encoder = new TextEncoder();

/** Bytes in, UTF-8 out: a converter for a file whose first piece is `head`. UTF-16 by its mark; what is no UTF-8 is taken for GB 18030. */
export function toUtf8(head: Uint8Array): (bytes: Uint8Array) => Uint8Array {
  const encoding = encodingOf(head);
  const mark = encoding === 'utf-8' && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const decoder = new TextDecoder(encoding);
  let first = true;
  return (bytes) => {
    const cut = first ? mark : 0;
    first = false;
    return encoding === 'utf-8' ? bytes.subarray(cut) : encoder.encode(decoder.decode(bytes, { stream: true }));
  };
}

function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  try {
    // The last character of the piece may be cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'gb18030';
  }
}
