import { expect } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { Gender, User, UserStatus } from '../../../src/users/user.entity.js';
import { importUser } from '../fixtures.js';
import { startGateway } from '../gateway.js';
import { PASSWORD } from '../password.js';

/** The phone of the documented teacher, whose password is `abc`. */
export const PHONE = '15261851954';

/** Starts a gateway with the documented teacher (user 3). */
export async function startTeacherApi() {
  const gateway = await startGateway();
  await importUser(gateway, {
    id: 3,
    phone: PHONE,
    password: 'abc',
    name: 'abc',
    email: 'abcde@126.com',
    type: 1,
    gender: Gender.MALE,
    createdAt: new Date(1_544_001_165_000),
  });

  /** Posts a request. @returns the body as text, so that a comparison includes the order of its keys. */
  async function post(options: InjectOptions): Promise<string> {
    const response = await gateway.app.inject({ method: 'POST', ...options });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    return JSON.stringify(response.json());
  }

  /** @returns the token of a new session. */
  async function login(phone: string, password: string): Promise<string> {
    const response = await gateway.post('/api/user/login', { phone, password });
    return response.json<{ data: { userToken: string } }>().data.userToken;
  }

  let lastPhone = 13_900_000_000;
  /** Creates a user and logs in, before the status is set. */
  async function createUser(status = UserStatus.ACTIVE) {
    lastPhone += 1;
    const phone = String(lastPhone);
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    const token = await login(phone, PASSWORD);
    if (status === UserStatus.DISABLED) {
      await gateway.services.administration.setStatus(id, status, { userId: null, address: null });
    }
    return { id, phone, token };
  }

  const findUser = (where: object) => gateway.services.db.em.fork().findOneOrFail(User, where);
  return { gateway, post, login, createUser, findUser };
}
