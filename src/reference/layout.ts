import type { FastifyReply } from 'fastify';
import { type Html, html } from './html.js';

/** A whole page. @param contents what leads to its sections, shown beside it where there is room. */
export const layout = (title: string, contents: Html | null, main: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Gatehouse</title>
<link rel="stylesheet" href="/reference/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<strong>Gatehouse</strong>
<nav aria-label="Pages">
<a href="/reference">API reference</a>
<a href="/reference/errors">Errors</a>
<a href="/openapi.json">OpenAPI</a>
<a href="/explorer">GraphQL explorer</a>
</nav>
</header>
<div class="columns">
${contents && html`<nav class="contents" aria-label="On this page">${contents}</nav>`}
<main id="main"><h1>${title}</h1>
${main}</main>
</div>
</body>
</html>
`.text;

/** Sends what `layout` made. */
export const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    .send(page);

/** A sentence of ours, with `code` as Markdown has it. */
export const prose = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

/** JSON, laid out for reading; a long one is folded. */
export function code(label: string, value: object): Html {
  const text = JSON.stringify(value, null, 2);
  // A box that scrolls must be reachable by keyboard.
  const block = html`<pre tabindex="0" role="group" aria-label="${label}">${text}</pre>`;
  return text.split('\n').length > 30
    ? html`<details><summary>${label}</summary>${block}</details>`
    : html`<h4>${label}</h4>${block}`;
}

/** A table that scrolls by itself where it does not fit. */
export const table = (
  label: string,
  heads: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html =>
  html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
