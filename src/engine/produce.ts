/** The produce step: an artefact is made as one stream; where data leaves, only what was approved leaves. */
import { canonical, digestOf } from '../core/json.ts';
import { type Product, partsFolder } from '../core/product.ts';
import type { ProduceStep } from '../core/runbook.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { PartDraft, PartsRecord } from '../core/world.ts';
import { foldParts, PART_TYPES } from '../records/extract-parts.ts';
import { type Course, heedSignal, momentOf, record } from './course.ts';
import { approvedPlan } from './gate.ts';

export async function playProduce(course: Course, step: ProduceStep): Promise<void> {
  const { session } = course;
  const product = await step.make(momentOf(course));
  if (step.releases) await insistOnApproved(course, step, product);
  heedSignal(session);
  if (product.slices !== undefined && (await alreadyMade(course, product))) return;
  await record(course, {
    type: 'artefact.intended',
    step: step.id,
    data: { path: product.path, digest: digestOf(product.binding) },
  });
  const limit = 'limit' in product.source ? product.source.limit : undefined;
  const progress = (at: { rows: number; bytes: number }) => session.progress(at.rows, at.bytes, limit);
  try {
    const signed = { ...product, signer: session.operator };
    const parts = product.slices === undefined ? undefined : await partsOf(course, step);
    const artefact = await session.world.keep.artefact(signed, progress, session.signal, parts);
    await record(course, { type: 'artefact.made', step: step.id, data: { artefact } });
    await discardParts(course, product);
  } catch (error) {
    const text = error instanceof Stop ? error.text : t('The artefact could not be made.');
    await record(course, { type: 'artefact.failed', step: step.id, data: { path: product.path, text } });
    throw error;
  }
}

/** What this run knows of the parts; several may be sealed at once, and are recorded one after the other. */
async function partsOf(course: Course, step: ProduceStep): Promise<PartsRecord> {
  const { world } = course.session;
  const entries = await world.keep.entries({ run: course.state.run, types: PART_TYPES });
  let last: Promise<void> = Promise.resolve();
  const add = (draft: PartDraft): Promise<void> => {
    const next = last.then(() => record(course, { ...draft, step: step.id }));
    last = next.catch(() => undefined);
    return next;
  };
  return { ...foldParts(entries), add };
}

/** Killed between the record of the artefact and the end of the step: nothing is read or put together again. */
async function alreadyMade(course: Course, product: Product): Promise<boolean> {
  const made = course.state.artefacts.find(({ path }) => path === product.path);
  const found = made && (await course.session.world.keep.hash(product.path));
  if (made === undefined || found?.sha256 !== made.sha256) return false;
  await discardParts(course, product);
  return true;
}

async function discardParts({ session }: Course, { slices, subject }: Product): Promise<void> {
  if (slices !== undefined && subject !== undefined) await session.world.keep.discard(partsFolder(subject));
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
