import { expect } from '@jest/globals';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { TestGateway } from './gateway.js';

export const SEND = '/api/user/sendCode';
export const VERIFY = '/api/user/verifyCode';
/** The samples'. */
export const PHONE = '18332133776';

/** An answer as text, so that the order of keys counts; generated values made anonymous. */
export const anonymous = (body: object): string =>
  JSON.stringify(body)
    .replace(/[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}/, '<UUID>')
    .replace(/"\d{18}\^0"/, '"<digits>^0"')
    .replace(/"Bearer [\w-]+\.[\w-]+\.[\w-]+"/, '"Bearer <JWT>"');

/** Its status is the response's. */
function envelopeOf(response: LightMyRequestResponse): object {
  const body = response.json<{ meta: { status: number } }>();
  expect(response.statusCode).toBe(body.meta.status);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  return body;
}

/** Sends a POST. @returns its answer, see `anonymous`. */
export async function envelope(gateway: TestGateway, options: InjectOptions): Promise<string> {
  return anonymous(envelopeOf(await gateway.app.inject({ method: 'POST', ...options })));
}

/** The body is compared as text, so that the order of keys counts. */
export function expectAnswer(response: LightMyRequestResponse, expected: object | undefined): void {
  expect(response.body).toBe(JSON.stringify(expected));
  envelopeOf(response);
}
