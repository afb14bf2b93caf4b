/** The same run once more, as the entry of a small bundle of its own: help needs none of the parts that are loaded on use. */
export { run } from './main-run.ts';
