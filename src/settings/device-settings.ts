import { z } from 'zod';
import { doc, duration } from './setting-types.js';

export const devices = {
  HEARTBEAT_INTERVAL: duration('1s')
    .prefault('30s')
    .meta(doc('How often a device is expected to send a heartbeat.')),
  TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be an IANA time zone such as Asia/Shanghai')
    .prefault('Asia/Shanghai')
    .meta(doc('IANA time zone of the times in legacy responses.')),
};

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
