import { latestAuditCursor } from '../../../src/audit-log/audit-stream.js';
import type { Rules, World } from './world.js';

const UNKNOWN_ACTION = 'deviceAction_999999';
const past = Buffer.from('release:0').toString('base64url');

/** The subscriptions, each with a call that is valid for callers with the permission. */
export function subscriptions(world: World): Rules {
  const { follow } = world;
  return {
    'Subscription.auditEntriesAdded': {
      may: 'administrators at GraphQL',
      call: async (session) => {
        const since = await latestAuditCursor(world.gateway.services);
        await world.createKey();
        return follow(`subscription { auditEntriesAdded(since: "${since}") { cursor } }`)(session);
      },
    },
    'Subscription.deviceActionProgress': {
      may: 'members',
      call: follow(`subscription { deviceActionProgress(id: "${UNKNOWN_ACTION}") { id } }`),
      allowed: 'NOT_FOUND',
    },
    'Subscription.deviceStatus': {
      may: 'the member',
      call: (session) =>
        follow(`subscription { deviceStatus(filter: {userId: "${world.memberId}"}) { devices { id } } }`)(
          session,
        ),
      refused: 'nothing',
    },
    'Subscription.heartbeats': { may: 'members', call: follow('subscription { heartbeats { at } }') },
    'Subscription.releasePublished': {
      may: 'members',
      call: follow(`subscription { releasePublished(since: "${past}") { kind } }`),
    },
    'Subscription.scanTicket': {
      may: 'anybody',
      call: world.withTicket(
        (ticket, device) =>
          `subscription { scanTicket(ticket: "${ticket}", deviceId: "${device}") { state } }`,
        follow,
      ),
    },
  };
}
