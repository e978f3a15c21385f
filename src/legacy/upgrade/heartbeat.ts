import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { Caller } from '../../sessions/sessions.js';
import { displayPhone } from '../../users/phone.js';
import { type User, UserStatus } from '../../users/user.entity.js';
import type { Handler, LegacyResponse } from '../dialect.js';

/**
 * The hot path: a beat of a known session asks no database, and its answer is made once for each caller, since
 * a changed user is another caller.
 */
const answers = new WeakMap<Caller, LegacyResponse>();

/** `heart/check`: the document answers 201 and 用户创建成功, and devices may compare both. */
export const heartbeat =
  ({ heartbeats }: Services): Handler =>
  async ({ caller: authenticate, client }) => {
    const caller = await authenticate();
    if (caller === null) throw new DomainError('UNAUTHENTICATED', 'There is no session with this token.');
    await heartbeats.beat(caller, {
      clientId: client.deviceId ?? caller.deviceId,
      name: client.model ?? caller.deviceModel,
      clientVersion: client.version ?? caller.clientVersion,
    });
    const answer = answers.get(caller) ?? answerFor(caller.user);
    answers.set(caller, answer);
    return answer;
  };

const answerFor = (user: User): LegacyResponse => ({
  status: 201,
  body: Buffer.from(
    JSON.stringify({ data: presentAccount(user), meta: { msg: '用户创建成功', status: 201 } }),
  ),
});

function presentAccount(user: User) {
  return {
    id: user.id,
    username: user.username ?? '',
    mobile: user.phone ? displayPhone(user.phone) : '',
    type: user.type,
    openid: user.openId ?? '',
    email: user.email ?? '',
    create_time: user.createdAt.toISOString(),
    modify_time: user.updatedAt?.toISOString() ?? null,
    is_delete: false,
    is_active: user.status === UserStatus.ACTIVE,
  };
}
