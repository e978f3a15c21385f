import type { InjectOptions } from 'fastify';
import { multipartForm } from '../clients/multipart.js';

/** The same text parameters in every encoding that the legacy APIs accept. */
export function everyEncoding(parameters: Record<string, string>): Record<string, InjectOptions> {
  const query = new URLSearchParams(parameters).toString();
  const json = JSON.stringify(parameters);
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
    'a multipart body': multipartForm(parameters),
    'the query': { query },
    'the query, with an empty JSON body': {
      query,
      payload: '',
      headers: { 'content-type': 'application/json' },
    },
    'the body in preference to the query': {
      query: Object.fromEntries(Object.keys(parameters).map((name) => [name, 'wrong'])),
      payload: json,
      headers: { 'content-type': 'application/json' },
    },
  };
}
