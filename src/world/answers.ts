/** Answers given beforehand with `--answer STEP=VALUE`. */
import { nearest } from '../core/nearest.ts';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { type Text, t } from '../core/text.ts';

const YES = ['yes', 'y', 'true', '是'];
const NO = ['no', 'n', 'false', '否'];

/** The answer to this question, judged; undefined where none was given. Stop('usage') for a value it does not allow. */
export function given(
  question: Question,
  answers: Readonly<Record<string, string>>,
  used: Set<string>,
): Answer | undefined {
  const value = Object.hasOwn(answers, question.id) ? answers[question.id] : undefined;
  if (value === undefined) return undefined;
  used.add(question.id);
  switch (question.kind) {
    case 'confirm':
      return confirmed(question.id, value);
    case 'choice': {
      const allowed = question.choices.map((choice) => choice.value);
      if (allowed.includes(value)) return value;
      throw wrong(question.id, value, allowed.join(', '), nearest(value, allowed));
    }
    case 'secret':
      throw secretByFlag(question.id);
    case 'text':
      if (question.match === undefined || new RegExp(`^(?:${question.match})$`, 'u').test(value)) return value;
      throw wrong(question.id, value, t('text that matches {match}', { match: question.match }));
  }
}

function confirmed(id: string, value: string): boolean {
  const word = value.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw wrong(id, value, 'yes, no', nearest(value, ['yes', 'no']));
}

function wrong(step: string, value: string, allowed: Text, near?: string): Stop {
  const hint = near === undefined ? '' : t(' Did you mean {near}?', { near });
  return new Stop(
    'usage',
    t('--answer {step}={value} is not allowed; allowed: {allowed}.{hint}', { step, value, allowed, hint }),
    {
      notDone: t('The question was not answered.'),
    },
  );
}

function secretByFlag(step: string): Stop {
  // The value is not repeated: it may be the secret.
  return new Stop(
    'usage',
    t('--answer {step}=… is not allowed: a secret is never given by a flag, every process can read those', { step }),
    {
      notDone: t('The question was not answered.'),
    },
  );
}
