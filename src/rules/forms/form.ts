/** The forms a file of rows can have, by name: what makes each, and the policy that the manifest states. */
import type { Json } from '../../core/json.ts';
import type { Form, Keys } from '../../core/product.ts';
import type { Format } from '../application.ts';
import { CSV_POLICY, csvForm } from './csv.ts';
import { JSONL_POLICY, jsonlForm } from './jsonl.ts';
import { XLSX_POLICY, xlsxForm } from './xlsx.ts';

/** What every form is made of. `masks` has one kind per column (see masking.ts). */
export interface FormOptions {
  readonly masks: readonly string[];
  readonly keys: Keys;
  /** CSV only: begins with a byte order mark. */
  readonly bom: boolean;
  /** What a reader sees of where the file comes from, where the form has a place for it: application, operator, time. */
  readonly watermark: readonly string[];
}

/** The form of a format. */
export function formFor(format: Format, options: FormOptions): Form {
  if (format === 'xlsx') return xlsxForm(options);
  return format === 'jsonl' ? jsonlForm(options) : csvForm(options);
}

/** How cells are written, in words, for manifest and approval. */
export function policyFor(format: Format): Json {
  if (format === 'xlsx') return XLSX_POLICY;
  return format === 'jsonl' ? JSONL_POLICY : CSV_POLICY;
}
