import type { Caller, DeviceBinding } from '../../sessions/caller.js';

/** The device that a session has beaten for with a client id; null before the first heartbeat. */
export function bindingOf({ binding }: Caller, clientId: string | null): DeviceBinding | null {
  if (binding === null || binding.clientId === clientId) return binding;
  return binding.others?.get(clientId) ?? null;
}

/** Remembers the device of a session and a client id. Texts that the session keeps anyway are not kept twice. */
export function rememberBinding(
  caller: Caller,
  { clientId, device, name, clientVersion }: Omit<DeviceBinding, 'others'>,
): void {
  const binding = {
    clientId: kept(clientId, caller.deviceId),
    device,
    name: kept(name, caller.deviceModel),
    clientVersion: kept(clientVersion, caller.clientVersion),
    others: null,
  };
  const first = caller.binding;
  if (first === null || first.clientId === clientId) {
    caller.binding = { ...binding, others: first?.others ?? null };
  } else {
    first.others ??= new Map();
    first.others.set(binding.clientId, binding);
  }
}

/** Most devices report what their login named. */
const kept = (text: string | null, ofSession: string | null): string | null =>
  text === ofSession ? ofSession : text;
