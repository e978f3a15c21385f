import type { InjectOptions } from 'fastify';
import { multipartForm } from './multipart.js';

/** The same parameters in every form that a door takes them in; all values are text. */
export function everyEncoding(fields: Record<string, string>): Record<string, InjectOptions> {
  const query = new URLSearchParams(fields).toString();
  const json = JSON.stringify(fields);
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
    'a multipart body': multipartForm(fields),
    'the query': { query },
    'the query, beside an empty JSON body': {
      query,
      payload: '',
      headers: { 'content-type': 'application/json' },
    },
    'the body, before the query': {
      query: Object.fromEntries(Object.keys(fields).map((name) => [name, 'wrong'])),
      payload: json,
      headers: { 'content-type': 'application/json' },
    },
  };
}
