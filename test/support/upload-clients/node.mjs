/**
 * Uploads one file several times, one upload after the other, as a stock client does it.
 * node node.mjs fetch|axios '{"url", "headers", "fields", "fileField", "path", "count"}'
 * Prints each answer as a line of JSON, `{"body"}` or `{"error"}`.
 */
import { openAsBlob } from 'node:fs';

const [client, spec] = process.argv.slice(2);
const { url, headers, fields, fileField, path, count } = JSON.parse(spec);

async function createForm() {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  form.append(fileField, await openAsBlob(path), 'app.bin');
  return form;
}

const clients = {
  async fetch() {
    const response = await fetch(url, { method: 'POST', headers, body: await createForm() });
    return response.text();
  },
  async axios() {
    const { default: axios } = await import('axios');
    const options = { headers, responseType: 'text', validateStatus: () => true };
    const { data } = await axios.post(url, await createForm(), options);
    return data;
  },
};

for (let index = 0; index < count; index += 1) {
  const answer = await clients[client]().then(
    (body) => ({ body }),
    (error) => ({ error: `${error.cause ?? error}` }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
