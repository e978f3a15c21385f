import { ANONYMOUS } from '../../support/callers.js';
import { DEVICE, type Rules, type World } from './world.js';

const UNKNOWN_ACTION = 'deviceAction_999999';

/** The queries, each with a call that is valid for callers with the permission. */
export function queries(world: World): Rules {
  const { ask } = world;
  return {
    'Query.adoption': { may: 'publishers at GraphQL', call: ask('{ adoption { devices } }') },
    'Query.apiKeys': {
      may: 'the member',
      call: (session) =>
        ask(`{ apiKeys(filter: {userId: "${world.memberId}"}) { edges { cursor } } }`)(session),
    },
    'Query.auditCursor': { may: 'administrators at GraphQL', call: ask('{ auditCursor }') },
    'Query.auditLog': { may: 'administrators at GraphQL', call: ask('{ auditLog { edges { cursor } } }') },
    'Query.device': {
      may: 'the member',
      call: async (session) => {
        const [device] = await world.gateway.services.db.em
          .fork()
          .execute<{ id: number }[]>('select id from devices where client_id = ?', [DEVICE]);
        return ask(`{ device(id: "device_${device?.id}") { id } }`)(session);
      },
      refused: 'nothing',
    },
    'Query.deviceAction': {
      may: 'members',
      call: ask(`{ deviceAction(id: "${UNKNOWN_ACTION}") { id } }`),
      allowed: 'nothing',
    },
    'Query.deviceActions': {
      may: 'members',
      call: ask('{ deviceActions { edges { cursor } pageInfo { endCursor } } }'),
    },
    'Query.deviceClaim': {
      may: 'members at GraphQL',
      call: ask('{ deviceClaim(code: "22222222") { clientId } }'),
      allowed: 'NOT_FOUND',
    },
    'Query.deviceGroups': {
      may: 'administrators at GraphQL',
      call: async (session) => {
        await world.gateway.services.deviceGroups.create(`g${world.next()}`, {}, ANONYMOUS);
        return ask('{ deviceGroups { name } }')(session);
      },
    },
    'Query.devices': {
      may: 'the member',
      call: (session) =>
        ask(`{ devices(filter: {userId: "${world.memberId}"}) { edges { cursor } } }`)(session),
      refused: 'nothing',
    },
    'Query.fleetHistory': {
      may: 'administrators at GraphQL',
      call: ask('{ fleetHistory(range: HOUR) { stepSeconds } }'),
    },
    'Query.health': {
      may: 'administrators at GraphQL',
      call: ask('{ health { problems { reason } node { memory } nodes { host } } }'),
      refused: 'nothing',
    },
    'Query.latestRelease': { may: 'members', call: ask('{ latestRelease { id } }') },
    'Query.me': { may: 'members', call: ask('{ me { id } }') },
    'Query.node': {
      may: 'the member',
      call: (session) => ask(`{ node(id: "${world.memberId}") { id } }`)(session),
      refused: 'nothing',
    },
    'Query.nodes': {
      may: 'the member',
      call: (session) => ask(`{ nodes(ids: ["${world.memberId}"]) { id } }`)(session),
      refused: 'nothing',
    },
    'Query.presenceSummary': { may: 'members', call: ask('{ presenceSummary { total } }') },
    'Query.releaseChannels': { may: 'members', call: ask('{ releaseChannels }') },
    'Query.releaseCursor': { may: 'members', call: ask('{ releaseCursor }') },
    'Query.releases': { may: 'members', call: ask('{ releases { edges { cursor } } }') },
    'Query.roles': { may: 'administrators at GraphQL', call: ask('{ roles { code } }') },
    'Query.secondFactors': { may: 'members', call: ask('{ secondFactors { methods } }') },
    'Query.sessions': {
      may: 'the member',
      call: (session) =>
        ask(`{ sessions(filter: {userId: "${world.memberId}"}) { edges { cursor } } }`)(session),
    },
    'Query.user': {
      may: 'administrators at GraphQL',
      call: (session) => ask(`{ user(id: "${world.memberId}") { id } }`)(session),
    },
    'Query.users': { may: 'administrators at GraphQL', call: ask('{ users { edges { cursor } } }') },
  };
}
