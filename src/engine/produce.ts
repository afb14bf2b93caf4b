/** The produce step: an artefact is made as one stream; where data leaves, only what was approved leaves. */
import { canonical, digestOf } from '../core/json.ts';
import type { Product } from '../core/product.ts';
import type { ProduceStep } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import { type Course, heedSignal, momentOf, record } from './course.ts';
import { approvedPlan } from './gate.ts';

export async function playProduce(course: Course, step: ProduceStep): Promise<void> {
  const { session } = course;
  const product = await step.make(momentOf(course));
  if (step.releases) await insistOnApproved(course, step, product);
  heedSignal(session);
  await record(course, {
    type: 'artefact.intended',
    step: step.id,
    data: { path: product.path, digest: digestOf(product.binding) },
  });
  const limit = 'limit' in product.source ? product.source.limit : undefined;
  const progress = (at: { rows: number; bytes: number }) => session.progress(at.rows, at.bytes, limit);
  try {
    const artefact = await session.world.keep.artefact({ ...product, signer: session.operator }, progress, session.signal);
    await record(course, { type: 'artefact.made', step: step.id, data: { artefact } });
  } catch (error) {
    const text = error instanceof Stop ? error.text : t('The artefact could not be made.');
    await record(course, { type: 'artefact.failed', step: step.id, data: { path: product.path, text } });
    throw error;
  }
}

async function insistOnApproved(course: Course, step: ProduceStep, product: Product): Promise<void> {
  const { lines } = await approvedPlan(course, step.id);
  const releases = lines.flatMap(({ item }) => (item.kind === 'release' ? [item] : []));
  if (releases.some(({ path, binding }) => path === product.path && canonical(binding) === canonical(product.binding)))
    return;
  throw new Stop('refused', t('What step {step} would release is not what was approved.', { step: step.id }), {
    notDone: t('Nothing was released.'),
  });
}
