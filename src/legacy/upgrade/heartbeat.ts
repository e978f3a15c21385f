import type { z } from 'zod';
import type { Services } from '../../services.js';
import type { Caller } from '../../sessions/sessions.js';
import type { LegacyResponse } from '../dialect.js';
import type { AuthenticatedHandler } from '../route.js';
import { presentHeartbeat } from './present.js';

/**
 * The serialized response of each caller. Heartbeats are the hot path: for a known session they run no query and
 * serialize nothing. A changed user becomes a new Caller, so an entry never gets stale.
 */
const responses = new WeakMap<Caller, LegacyResponse>();

/** Answers 201 and 用户创建成功 as documented: devices may compare both. */
export function heartbeat({ heartbeats }: Services): AuthenticatedHandler<z.ZodObject> {
  return async (_input, caller, { client }) => {
    await heartbeats.beat(caller, {
      clientId: client.deviceId ?? caller.deviceId,
      name: client.model ?? caller.deviceModel,
      clientVersion: client.version ?? caller.clientVersion,
    });
    const response = responses.get(caller) ?? serialize(caller);
    responses.set(caller, response);
    return response;
  };
}

const serialize = ({ user }: Caller): LegacyResponse => ({
  status: 201,
  body: Buffer.from(
    JSON.stringify({ data: presentHeartbeat(user), meta: { msg: '用户创建成功', status: 201 } }),
  ),
});
