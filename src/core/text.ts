/** Words for people as values: the English source sentence plus its arguments. Only `views`, and `world` for prompts, turn one into a language. */

/** A translatable sentence. `t` is the English source with `{name}` places, and the key of the dictionary. */
export interface Phrase {
  readonly t: string;
  readonly with: Readonly<Record<string, Text | number>>;
}

/** Something to show a person: a plain string is data (never translated), a Phrase is a sentence of ours. */
export type Text = string | Phrase;

/** Source sentence -> sentence in one language. Places may be reordered, never dropped. */
export type Dictionary = Readonly<Record<string, string>>;

/** Makes a Phrase. `source` must be a string literal, so that the locale test finds it. */
export function t(source: string, values: Readonly<Record<string, Text | number>> = {}): Phrase {
  return { t: source, with: values };
}

/** True for a Phrase, also for one that came back from JSON. */
export function isPhrase(value: unknown): value is Phrase {
  return typeof value === 'object' && value !== null && typeof (value as Phrase).t === 'string' && 'with' in value;
}

/** The sentence in the dictionary's language; the English source where the dictionary has none. */
export function speak(text: Text, dictionary: Dictionary = {}): string {
  if (typeof text === 'string') return text;
  const sentence = dictionary[text.t] ?? text.t;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = text.with[name];
    return value === undefined ? place : typeof value === 'number' ? String(value) : speak(value, dictionary);
  });
}

/** A copy of any JSON-like value in which every Phrase has become its sentence. */
export function spoken(value: unknown, dictionary: Dictionary = {}): unknown {
  if (isPhrase(value)) return speak(value, dictionary);
  if (Array.isArray(value)) return value.map((item) => spoken(item, dictionary));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, spoken(item, dictionary)]));
}
