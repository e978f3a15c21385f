import { expect } from '@jest/globals';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { TestGateway } from '../gateway.js';

export const SEND = '/api/user/sendCode';
export const VERIFY = '/api/user/verifyCode';
/** The phone of the documented requests. */
export const PHONE = '18332133776';

/** The body as text, with placeholders for generated values. A comparison includes the order of the keys. */
export const withPlaceholders = (body: object): string =>
  JSON.stringify(body)
    .replace(/[\dA-F]{8}(-[\dA-F]{4}){3}-[\dA-F]{12}/, '<UUID>')
    .replace(/"\d{18}\^0"/, '"<digits>^0"')
    .replace(/"Bearer [\w-]+\.[\w-]+\.[\w-]+"/, '"Bearer <JWT>"');

/** Posts a request. @returns the body as `withPlaceholders` formats it. */
export async function postUpgrade(gateway: TestGateway, options: InjectOptions): Promise<string> {
  const response = await gateway.app.inject({ method: 'POST', ...options });
  expectEnvelope(response);
  return withPlaceholders(response.json());
}

/** Expects this body, including the order of its keys. */
export function expectBody(response: LightMyRequestResponse, body: object | undefined): void {
  expect(response.body).toBe(JSON.stringify(body));
  expectEnvelope(response);
}

/** The HTTP status is that of the envelope. */
function expectEnvelope(response: LightMyRequestResponse): void {
  expect(response.statusCode).toBe(response.json<{ meta: { status: number } }>().meta.status);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
}
