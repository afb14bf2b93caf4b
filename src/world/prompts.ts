/** The person at the keyboard: questions on stderr, only on a terminal, answered beforehand where a flag did. */
import { safe } from '../core/escape.ts';
import type { Answer, Question } from '../core/question.ts';
import { Stop } from '../core/stop.ts';
import { type Dictionary, speak, type Text, t } from '../core/text.ts';
import { given } from './answers.ts';
import { terminal } from './machine.ts';
import { clearScreen } from './spinner.ts';

export interface Asking {
  readonly answers: Readonly<Record<string, string>>;
  readonly yes: boolean;
  readonly input: boolean;
  readonly dictionary: Dictionary;
}

/** The answer: given by `--answer`, by `--yes` (confirmations only), or by the person. `used` collects the steps whose `--answer` was taken. */
export async function ask(question: Question, asking: Asking, used: Set<string>): Promise<Answer> {
  const answer = given(question, asking.answers, used);
  if (answer !== undefined) return answer;
  if (asking.yes && question.kind === 'confirm') return true;
  if (!asking.input || !terminal()) throw nobody(question);
  clearScreen();
  return prompted(question, asking.dictionary);
}

function nobody(question: Question): Stop {
  const flag = question.kind === 'confirm' ? `--answer ${question.id}=yes` : `--answer ${question.id}=VALUE`;
  const safeNow = t('Nothing was decided and nothing was changed by asking.');
  if (question.kind === 'secret') {
    return new Stop(
      'waiting',
      t('{step} asks for a secret, and there is no terminal to ask on', { step: question.id }),
      {
        notDone: t('A secret is never taken from a flag.'),
        safe: safeNow,
      },
    );
  }
  return new Stop(
    'waiting',
    t('{step} needs an answer, and there is nobody to ask: {flag} gives it', { step: question.id, flag }),
    {
      notDone: t('The question was not answered.'),
      safe: safeNow,
      data: { step: question.id, flag },
    },
  );
}

/** inquirer draws on stderr, so that stdout stays data. */
async function prompted(question: Question, dictionary: Dictionary): Promise<Answer> {
  const message = safe(speak(question.message, dictionary));
  const context = { output: process.stderr, clearPromptOnDone: false };
  try {
    return await draw(question, message, dictionary, context);
  } catch (error) {
    const name = (error as { name?: string }).name ?? '';
    if (!['ExitPromptError', 'AbortPromptError', 'CancelPromptError'].includes(name)) throw error;
    throw new Stop('interrupted', t('the question {step} was broken off', { step: question.id }), {
      notDone: t('The question was not answered.'),
      safe: t('Nothing was decided and nothing was changed by asking.'),
    });
  }
}

type Context = { output: NodeJS.WriteStream; clearPromptOnDone: boolean };

async function draw(question: Question, message: string, dictionary: Dictionary, context: Context): Promise<Answer> {
  const { default: inquirer } = await import('inquirer');
  const ui = inquirer.createPromptModule(context);
  const shown = (text: Text): string => safe(speak(text, dictionary));
  if (question.kind === 'confirm') {
    return (await ui([{ type: 'confirm', name: 'a', message, default: false }])).a;
  }
  if (question.kind === 'choice') {
    const choices = question.choices.map(({ value, title }) => ({ value, name: shown(title) }));
    return (await ui([{ type: 'select', name: 'a', message, choices }])).a;
  }
  if (question.kind === 'secret') {
    return (await ui([{ type: 'password', name: 'a', message, mask: false }])).a;
  }
  const fits = question.match === undefined ? undefined : new RegExp(`^(?:${question.match})$`, 'u');
  const validate = (value: string) =>
    fits?.test(value) !== false || shown(t('It must match {match}', { match: question.match ?? '' }));
  return (await ui([{ type: 'input', name: 'a', message, validate }])).a;
}
