import type { LegacyResponse } from '../legacy/dialect.js';
import type { Api, Endpoint, JsonSchema } from './apis.js';
import { type Html, html } from './html.js';
import { layout, markdown, sampleBlock, table } from './layout.js';

/**
 * The reference page of the legacy APIs.
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
    html`<p class="lead">The five legacy APIs for devices in the field. Every path accepts <code>POST</code> only.
Parameters are read from the body (JSON, urlencoded or multipart form) and from the query; the body takes precedence.
Unknown parameters are ignored. A token of any API is valid in each of the headers <code>Authorization</code> (with or
without <code>Bearer</code>), <code>token</code> and <code>userToken</code>. The header <code>X-Device-Id</code>
identifies the device. The same reference for tools: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${apis.map((api) => section(api, serverUrl))}`,
  );
}

const anchor = (api: Api, { path }: Endpoint) => `${api.name}${path}`;

const section = (api: Api, serverUrl: string): Html => html`<section>
<h2 id="${api.name}">${api.name}</h2>
<p>${api.summary}</p>
${api.endpoints.map((endpoint) => article(endpoint, anchor(api, endpoint), serverUrl))}
<h3 id="${api.name}-failures">Failures of ${api.name}</h3>
${table(
  `Failures of ${api.name}`,
  ['Code', 'HTTP status', 'Body'],
  api.failures.map(({ code, response }) => [
    html`<a href="/reference/errors#${code}">${code}</a>`,
    String(response.status),
    inlineBody(response),
  ]),
)}
</section>`;

const inlineBody = ({ body }: LegacyResponse) => html`<code>${JSON.stringify(body)}</code>`;

function article(endpoint: Endpoint, id: string, serverUrl: string): Html {
  const { path, route, parameters, failures } = endpoint;
  return html`<article id="${id}">
<h3><span class="method">POST</span> <code>${path}</code></h3>
<p>${markdown(route.summary)}${
    route.token
      ? html` Requires a token, which the document sends in the header <code>${route.token}</code>.`
      : null
  }</p>
${
  parameters.length > 0
    ? table(
        `Parameters of ${path}`,
        ['Parameter', 'Type', 'Description'],
        parameters.map(({ name, required, description, schema }) => [
          html`<code>${name}</code>${required ? html` <em>required</em>` : null}`,
          typeText(schema),
          markdown(description),
        ]),
      )
    : html`<p>No parameters.</p>`
}
<h4>Request</h4>
<pre tabindex="0" role="group" aria-label="Sample request to ${path}">${curlCommand(endpoint, serverUrl)}</pre>
${Object.entries(route.sample.answers).map(([name, body]) =>
  sampleBlock(name === 'success' ? `Response, ${route.status ?? 200}` : `Response: ${name}`, body),
)}
${route.binaryType ? html`<p>All other successful responses are of the type <code>${route.binaryType}</code>.</p>` : null}
${
  failures.length > 0
    ? html`<h4>Failures of this path</h4>
<ul class="failures">${failures.map((response) => html`<li>${inlineBody(response)}</li>`)}</ul>`
    : null
}
</article>
`;
}

/** Describes a schema like `string or integer, 1–16 characters`. */
function typeText(schema: JsonSchema): string {
  const { type, anyOf, minLength, maxLength, enum: choices } = schema;
  if (Array.isArray(choices)) return choices.join(', ');
  const types = Array.isArray(anyOf) ? anyOf.map((each: JsonSchema) => each.type) : [type].flat();
  const bounds = minLength === undefined ? `at most ${maxLength}` : `${minLength}–${maxLength}`;
  return [...new Set(types)].join(' or ') + (maxLength === undefined ? '' : `, ${bounds} characters`);
}

/** The sample request as a curl command. */
function curlCommand({ path, route, isUpload }: Endpoint, serverUrl: string): string {
  const parameters = Object.entries(route.sample.request);
  const query = new URLSearchParams(
    Object.fromEntries(parameters.map(([name, value]) => [name, String(value)])),
  );
  const url = `${serverUrl}${path}${route.sentIn === 'query' ? `?${query}` : ''}`;
  const token = route.token
    ? [`-H '${route.token}: ${route.token === 'Authorization' ? 'Bearer ' : ''}<token>'`]
    : [];
  return [`curl -X POST '${url}'`, ...token, ...curlBody(parameters, route, isUpload)].join(' \\\n  ');
}

function curlBody(parameters: [string, unknown][], route: Endpoint['route'], isUpload: boolean): string[] {
  if (isUpload) {
    return [...parameters.map(([name, value]) => `-F ${name}=${value}`), '-F file=@.production'];
  }
  if (route.sentIn === 'query' || parameters.length === 0) return [];
  return [`-H 'content-type: application/json'`, `-d '${JSON.stringify(route.sample.request)}'`];
}
