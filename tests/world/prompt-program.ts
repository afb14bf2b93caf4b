/** Asks the question given as JSON, with a spinner before it, and prints the answer as JSON on stdout. */
import { ask } from '../../src/world/prompts.ts';
import { spin } from '../../src/world/spinner.ts';

const [, , question = ''] = process.argv;
await spin('looking');
await new Promise((resolve) => setTimeout(resolve, 250));
try {
  const asking = { answers: {}, yes: false, input: true, dictionary: { Go: '继续？', First: '第一' } };
  const answer = await ask(JSON.parse(question), asking, new Set());
  process.stdout.write(`ANSWER ${JSON.stringify(answer)}\n`);
} catch (error) {
  const { verdict, text } = error as { verdict?: string; text?: { t: string } };
  process.stdout.write(`STOP ${verdict} ${text?.t}\n`);
}
