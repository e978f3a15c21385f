import { domainErrors } from '../errors.js';
import { extensionCodes, MASKED_FAULT } from '../graphql/execution/errors.js';
import type { FailureCode } from '../legacy/dialect.js';
import { type Api, failureCodes } from './apis.js';
import { type Html, html } from './html.js';
import { layout, prose, table } from './layout.js';

/** Every refusal, and the fault, with its form at each door. */
export function errorsPage(apis: readonly Api[]): string {
  return layout(
    'Errors',
    html`<ul>${failureCodes.map((code) => html`<li><a href="#${code}">${code}</a></li>`)}</ul>`,
    html`<p class="lead">A refusal has one code inside, and the form of the door outside. GraphQL shows it in
<code>errors[].extensions.code</code>, over HTTP with status 200 unless nothing was executed; a wrong account and a wrong
password look the same there. A WebSocket is closed with 4403 when its session ends, and with 4429 over the caps.</p>
${failureCodes.map((code) => section(code, apis))}`,
  );
}

const section = (code: FailureCode, apis: readonly Api[]): Html => html`<article id="${code}">
<h2><code>${code}</code></h2>
<p>${code === 'FAULT' ? 'Everything unexpected: it is logged whole, and nothing of it is told.' : prose(domainErrors[code])}</p>
${table(
  `${code} at each door`,
  ['Door', 'HTTP', 'Form'],
  [
    [
      'GraphQL',
      '200',
      html`<code>"extensions": {"code": "${code === 'FAULT' ? MASKED_FAULT : extensionCodes[code]}"}</code>`,
    ],
    ...apis.map((api) => legacyRow(code, api)),
  ],
)}
</article>
`;

function legacyRow(code: FailureCode, { name, failures }: Api): (Html | string)[] {
  const answer = failures.find((failure) => failure.code === code)?.answer;
  return [
    html`<a href="/reference#${name}-failures">${name}</a>`,
    String(answer?.status ?? ''),
    html`<code>${JSON.stringify(answer?.body)}</code>`,
  ];
}
