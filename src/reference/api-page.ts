import type { LegacyResponse } from '../legacy/dialect.js';
import type { Api, Endpoint, JsonSchema } from './apis.js';
import { type Html, html } from './html.js';
import { code, layout, prose, table } from './layout.js';

/**
 * The legacy APIs for people.
 * @param serverUrl without a trailing slash.
 */
export function apiPage(apis: readonly Api[], serverUrl: string): string {
  const contents = html`<ul>${apis.map(
    (api) => html`<li><a href="#${api.name}">${api.name}</a>
<ul>${api.endpoints.map((endpoint) => html`<li><a href="#${anchor(api, endpoint)}">${endpoint.path}</a></li>`)}
<li><a href="#${api.name}-failures">failures</a></li></ul></li>`,
  )}</ul>`;
  return layout(
    'API reference',
    contents,
    html`<p class="lead">The five legacy APIs that devices in the field call. Every path answers a <code>POST</code>;
parameters are taken from the body (JSON, urlencoded or multipart form) and from the query, body first; unknown ones
are ignored. A token of any API is good in any of the headers <code>Authorization</code> (with or without
<code>Bearer</code>), <code>token</code> and <code>userToken</code>. <code>X-Device-Id</code> names the device. The
same for programs: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${apis.map((api) => section(api, serverUrl))}`,
  );
}

const anchor = (api: Api, { path }: Endpoint) => `${api.name}${path}`;

const section = (api: Api, serverUrl: string): Html => html`<section>
<h2 id="${api.name}">${api.name}</h2>
<p>${api.summary}</p>
${api.endpoints.map((endpoint) => article(endpoint, anchor(api, endpoint), serverUrl))}
<h3 id="${api.name}-failures">How ${api.name} refuses</h3>
${table(
  `Failures of ${api.name}`,
  ['Error', 'HTTP', 'Body'],
  api.failures.map(({ code, answer }) => [
    html`<a href="/reference/errors#${code}">${code}</a>`,
    String(answer.status),
    inline(answer),
  ]),
)}
</section>`;

const inline = ({ body }: LegacyResponse) => html`<code>${JSON.stringify(body)}</code>`;

function article(endpoint: Endpoint, id: string, serverUrl: string): Html {
  const { path, route, parameters } = endpoint;
  return html`<article id="${id}">
<h3><span class="method">POST</span> <code>${path}</code></h3>
<p>${prose(route.summary)}${
    route.token ? html` Needs a token, by its document in the header <code>${route.token}</code>.` : null
  }</p>
${
  parameters.length > 0
    ? table(
        `Parameters of ${path}`,
        ['Parameter', 'Type', 'Meaning'],
        parameters.map(({ name, required, description, schema }) => [
          html`<code>${name}</code>${required ? html` <em>required</em>` : null}`,
          typeText(schema),
          prose(description),
        ]),
      )
    : html`<p>No parameters.</p>`
}
<h4>Request</h4>
<pre tabindex="0" role="group" aria-label="A request to ${path}">${curl(endpoint, serverUrl)}</pre>
${Object.entries(route.sample.answers).map(([name, body]) =>
  code(name === 'success' ? `Answer, ${route.status ?? 200}` : `Answer: ${name}`, body),
)}
${route.binaryType ? html`<p>The other answers are of the type <code>${route.binaryType}</code>.</p>` : null}
${
  route.failures
    ? html`<h4>Refusals of its own</h4>
<ul class="refusals">${route.failures.map((answer) => html`<li>${inline(answer)}</li>`)}</ul>`
    : null
}
</article>
`;
}

/** `string or integer, 1–16 characters`. */
function typeText(schema: JsonSchema): string {
  const { type, anyOf, minLength, maxLength, enum: choices } = schema;
  if (Array.isArray(choices)) return choices.join(', ');
  const types = Array.isArray(anyOf) ? anyOf.map((each: JsonSchema) => each.type) : [type].flat();
  const bounds = minLength === undefined ? `at most ${maxLength}` : `${minLength}–${maxLength}`;
  return [...new Set(types)].join(' or ') + (maxLength === undefined ? '' : `, ${bounds} characters`);
}

/** The sample as a command line. */
function curl({ path, route, isUpload }: Endpoint, serverUrl: string): string {
  const sent = Object.entries(route.sample.request);
  const query = new URLSearchParams(Object.fromEntries(sent.map(([name, value]) => [name, String(value)])));
  const url = `${serverUrl}${path}${route.sentIn === 'query' ? `?${query}` : ''}`;
  const token = route.token
    ? [`-H '${route.token}: ${route.token === 'Authorization' ? 'Bearer ' : ''}<token>'`]
    : [];
  return [`curl -X POST '${url}'`, ...token, ...curlBody(sent, route, isUpload)].join(' \\\n  ');
}

function curlBody(sent: [string, unknown][], route: Endpoint['route'], isUpload: boolean): string[] {
  if (isUpload) return [...sent.map(([name, value]) => `-F ${name}=${value}`), '-F file=@.production'];
  if (route.sentIn === 'query' || sent.length === 0) return [];
  return [`-H 'content-type: application/json'`, `-d '${JSON.stringify(route.sample.request)}'`];
}
