import { expect } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { Gender, User, UserStatus } from '../../src/users/user.entity.js';
import { importUser } from './fixtures.js';
import { startGateway } from './gateway.js';
import { PASSWORD } from './password.js';

/** The sample's teacher. Their password is `abc`. */
export const PHONE = '15261851954';

/** A gateway with the sample's teacher (user 3), and its requests. */
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

  /** The answer as text, so that the order of keys counts; failures and successes alike are status 200. */
  async function answer(options: InjectOptions): Promise<string> {
    const response = await gateway.app.inject({ method: 'POST', ...options });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    return JSON.stringify(response.json());
  }

  async function login(phone: string, password: string): Promise<string> {
    const response = await gateway.post('/api/user/login', { phone, password });
    return response.json<{ data: { userToken: string } }>().data.userToken;
  }

  let phones = 13_900_000_000;
  /** Somebody new, signed in. */
  async function person(status = UserStatus.ACTIVE) {
    phones += 1;
    const phone = String(phones);
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    const token = await login(phone, PASSWORD);
    if (status === UserStatus.DISABLED) {
      await gateway.services.administration.setStatus(id, status, { userId: null, address: null });
    }
    return { id, phone, token };
  }

  const stored = (where: object) => gateway.services.db.em.fork().findOneOrFail(User, where);
  return { gateway, answer, login, person, stored };
}
