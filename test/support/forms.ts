import type { InjectOptions } from 'fastify';

/** The same parameters in every form that a door takes them in; all values are text. */
export function everyForm(fields: Record<string, string>): Record<string, InjectOptions> {
  const query = new URLSearchParams(fields).toString();
  const json = JSON.stringify(fields);
  const part = ([name, value]: [string, string]) =>
    `--limit\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return {
    'a JSON body': { payload: json, headers: { 'content-type': 'application/json' } },
    'a JSON body with a byte order mark and a charset': {
      payload: `\uFEFF${json}`,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    },
    'a JSON body without a content type': { payload: json },
    'an urlencoded body': {
      payload: query,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    'a multipart body': {
      payload: `${Object.entries(fields).map(part).join('')}--limit--\r\n`,
      headers: { 'content-type': 'multipart/form-data; boundary=limit' },
    },
    'the query': { query },
    'the query, beside an empty JSON body': {
      query,
      payload: '',
      headers: { 'content-type': 'application/json' },
    },
    'the body, before the query': {
      query: new URLSearchParams(Object.keys(fields).map((name) => [name, 'wrong'])).toString(),
      payload: json,
      headers: { 'content-type': 'application/json' },
    },
  };
}
