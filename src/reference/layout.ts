import type { FastifyReply } from 'fastify';
import { type Html, html } from './html.js';

/**
 * A complete page.
 * @param contents links to its sections, in a column of its own on wide screens.
 */
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
<a class="skip" href="#main">Skip to content</a>
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

/** Sends a page made by `layout`. */
export const sendPage = (reply: FastifyReply, page: string): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    .send(page);

/** Renders the code spans of a Markdown sentence. */
export const markdown = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;

/** Formatted JSON under a heading; over 30 lines it is collapsed. */
export function sampleBlock(label: string, value: object): Html {
  const text = JSON.stringify(value, null, 2);
  // A scrollable box must be focusable for keyboard users (WCAG 2.1.1).
  const block = html`<pre tabindex="0" role="group" aria-label="${label}">${text}</pre>`;
  return text.split('\n').length > 30
    ? html`<details><summary>${label}</summary>${block}</details>`
    : html`<h4>${label}</h4>${block}`;
}

/** A table that scrolls sideways in its own box on narrow screens. */
export const table = (
  label: string,
  heads: readonly string[],
  rows: readonly (readonly (Html | string)[])[],
): Html =>
  html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
