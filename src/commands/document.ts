/** Forms for commands: the site's own template before the shipped one of the same name, filled. */
import type { Document } from '../core/document.ts';
import { Stop } from '../core/stop.ts';
import { t } from '../core/text.ts';
import type { Keep } from '../core/world.ts';
import { fillDocument } from '../rules/document-fill.ts';
import { FORMS, type FormName, type FormValues, type Values } from '../rules/document-forms.ts';
import { parseDocument } from '../rules/document-template.ts';

/**
 * The form `name` with these values (`rules/document-forms.ts` names them); what is absent is left empty for the pen.
 * `at` is the ISO time the file carries. Stop('usage') at file:line where the site's own template is not understood.
 */
export async function documentOf<N extends FormName>(
  keep: Pick<Keep, 'fetch' | 'template'>,
  name: N,
  values: FormValues<N>,
  at?: string,
): Promise<Document> {
  const file = `templates/documents/${name}.md`;
  const own = await keep.fetch(file);
  const text = own === undefined ? await keep.template(`documents/${name}.md`) : decoded(own, file);
  return fillDocument(parseDocument(text, file, FORMS[name]), values as Values, at);
}

function decoded(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Stop('usage', t('{file} is not UTF-8', { file }), {
      notDone: t('The form was not made.'),
      place: { file },
      cause,
    });
  }
}
