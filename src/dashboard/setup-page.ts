import type { FastifyInstance, FastifyReply } from 'fastify';
import { DomainError } from '../errors.js';
import type { Services } from '../services.js';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

/** The page behind the set-up link: a plain form, which creates the first administrator. */
export function registerSetupPage(app: FastifyInstance, { setupLink }: Services): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16_384 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.get<{ Querystring: { token?: string } }>('/setup', async (request, reply) =>
      page(reply, 200, form(String(request.query.token ?? ''))),
    );
    scope.post<{ Body: URLSearchParams | undefined }>('/setup', async ({ body, ip }, reply) => {
      const field = (name: string) => body?.get(name) ?? '';
      try {
        await setupLink.redeem(field('token'), field('username'), field('password'), {
          userId: null,
          address: ip,
        });
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        return page(reply, 400, form(field('token'), error.message));
      }
      return page(reply, 200, '<p>The administrator is created. You can sign in now.</p>');
    });
  });
}

const form = (token: string, problem?: string) => `
<p>Create the first administrator of this gateway.</p>
${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ''}
<form method="post" action="/setup">
  <input type="hidden" name="token" value="${escapeHtml(token)}">
  <p><label>Username<br><input name="username" required maxlength="64" autocomplete="username"></label></p>
  <p><label>Password, 8 characters or more<br>
    <input name="password" type="password" required minlength="8" maxlength="100" autocomplete="new-password">
  </label></p>
  <p><button>Create</button></p>
</form>`;

function page(reply: FastifyReply, status: number, content: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'")
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>Gatehouse set-up</title><h1>Gatehouse</h1>${content}</html>`,
    );
}
