import { raw } from '@mikro-orm/core';
import { isDevice } from '../../sessions/authorization.js';
import type { Caller } from '../../sessions/caller.js';
import { seesAllDevices } from '../device-filter.js';

/** Selects rows with a `device_id` by whether the caller may see the device. */
export function ofVisibleDevices(caller: Caller): Record<string, []> {
  if (seesAllDevices(caller)) return {};
  const [own, parameters] = isDevice(caller)
    ? ['user_id = ? and client_id = ?', [caller.user.id, caller.deviceId]]
    : ['user_id = ?', [caller.user.id]];
  const visible = raw((alias) => `${alias}.device_id in (select id from devices where ${own})`, parameters);
  return { [visible]: [] };
}
