import { domainErrors } from '../errors.js';
import { extensionCodes, FAULT_CODE } from '../graphql/execution/error-codes.js';
import { closes } from '../graphql/sockets/close-codes.js';
import type { FailureCode } from '../legacy/dialect.js';
import { type Api, failureCodes } from './apis.js';
import { type Html, html } from './html.js';
import { layout, markdown, table } from './layout.js';

/** The page of all error codes, with the response of each API. */
export function errorsPage(apis: readonly Api[]): string {
  return layout(
    'Errors',
    html`<ul>${failureCodes.map((code) => html`<li><a href="#${code}">${code}</a></li>`)}</ul>`,
    html`<p class="lead">The APIs share one list of error codes, and each API has its own form for them. GraphQL
reports the code in <code>errors[].extensions.code</code>, over HTTP with status 200 unless nothing was executed. An
unknown account and a wrong password look the same there. WebSockets are closed with
<a href="#close-codes">codes of their own</a>.</p>
${failureCodes.map((code) => section(code, apis))}${closeCodes}`,
  );
}

const closeCodes = html`<article id="close-codes">
<h2>WebSocket close codes</h2>
${table(
  'Close codes of WebSockets',
  ['Code', 'Meaning', 'Reconnect'],
  Object.values(closes).map(({ code, meaning, reconnect }) => [
    String(code),
    meaning,
    reconnect ? 'yes' : 'no',
  ]),
)}
</article>
`;

const section = (code: FailureCode, apis: readonly Api[]): Html => html`<article id="${code}">
<h2><code>${code}</code></h2>
<p>${code === 'FAULT' ? 'An unexpected error. It is logged in full, and the response has no details.' : markdown(domainErrors[code])}</p>
${table(
  `${code} in each API`,
  ['API', 'HTTP status', 'Response'],
  [
    [
      'GraphQL',
      '200',
      html`<code>"extensions": {"code": "${code === 'FAULT' ? FAULT_CODE : extensionCodes[code]}"}</code>`,
    ],
    ...apis.map((api) => legacyRow(code, api)),
  ],
)}
</article>
`;

function legacyRow(code: FailureCode, { name, failures }: Api): (Html | string)[] {
  const response = failures.find((failure) => failure.code === code)?.response;
  return [
    html`<a href="/reference#${name}-failures">${name}</a>`,
    String(response?.status ?? ''),
    html`<code>${JSON.stringify(response?.body)}</code>`,
  ];
}
