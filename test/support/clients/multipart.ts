/** A file in a multipart form. */
export interface FilePart {
  readonly fileName: string;
  readonly content: string | Buffer;
}

/** A multipart form of text fields, for `inject`. */
export const multipartForm = (fields: Readonly<Record<string, string>>) => uploadForm(Object.entries(fields));

/** A multipart form of text fields and files in this order, for `inject`. */
export function uploadForm(parts: readonly (readonly [name: string, value: string | FilePart])[]) {
  const bytes = parts.flatMap(([name, value]) => {
    const file = typeof value === 'string' ? null : value;
    const fileName = file ? `; filename="${file.fileName}"` : '';
    const type = file ? '\r\ncontent-type: application/octet-stream' : '';
    return [
      `--x\r\ncontent-disposition: form-data; name="${name}"${fileName}${type}\r\n\r\n`,
      typeof value === 'string' ? value : value.content,
      '\r\n',
    ];
  });
  return {
    payload: Buffer.concat([...bytes, '--x--\r\n'].map((part) => Buffer.from(part))),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  };
}

/** A multipart form of parts with any header. @param parts one character for each byte. */
export const rawForm = (...parts: (readonly [header: string, content: string])[]) => ({
  payload: Buffer.from(
    `${parts.map(([header, content]) => `--x\r\ncontent-disposition: form-data; ${header}\r\n\r\n${content}\r\n`).join('')}--x--\r\n`,
    'latin1',
  ),
  headers: { 'content-type': 'multipart/form-data; boundary=x' },
});
