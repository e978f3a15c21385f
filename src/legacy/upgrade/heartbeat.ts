import type { z } from 'zod';
import type { Services } from '../../services.js';
import { whenReady } from '../../when-ready.js';
import type { LegacyRequest } from '../dialect.js';
import type { AuthenticatedHandler } from '../route.js';
import { presentHeartbeat } from './present.js';

/** The first heartbeat of a session takes one statement. */
export const withHeartbeat =
  ({ heartbeats }: Services) =>
  ({ client }: LegacyRequest) =>
    heartbeats.sessionRead({ clientId: client.deviceId, name: client.model, clientVersion: client.version });

/** Answers 201 and 用户创建成功 as documented: devices may compare both. */
export function heartbeat({ heartbeats }: Services): AuthenticatedHandler<z.ZodObject> {
  return (_input, caller, { client }) => {
    const beat = heartbeats.beat(caller, {
      clientId: client.deviceId ?? caller.deviceId,
      name: client.model ?? caller.deviceModel,
      clientVersion: client.version ?? caller.clientVersion,
    });
    return whenReady(beat, () => ({
      status: 201,
      body: { data: presentHeartbeat(caller.user), meta: { msg: '用户创建成功', status: 201 } },
    }));
  };
}
