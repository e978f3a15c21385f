import type { UploadForm } from '../http/multipart/form.js';
import type { PartHeader } from '../http/multipart/part-header.js';

/** Whether a part declares its content as JSON, as clients do that send objects. */
export const isJson = ({ mimeType }: Pick<PartHeader, 'mimeType'>): boolean =>
  /^application\/(.+\+)?json$/.test(mimeType);

/** The value of a field: `"1113"` is 1113 in a part that is JSON. What is not JSON despite its type is text. */
export function fieldValue(field: { readonly mimeType: string; readonly text: string }): unknown {
  if (!isJson(field)) return field.text;
  try {
    return JSON.parse(field.text);
  } catch {
    return field.text;
  }
}

/** The parameters in the fields that have been received so far. */
export const formParameters = ({ fields }: UploadForm): Readonly<Record<string, unknown>> =>
  Object.fromEntries([...fields].map(([name, field]) => [name, fieldValue(field)]));
