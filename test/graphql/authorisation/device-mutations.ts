import type { Rules, World } from './world.js';

const UNKNOWN_ACTION = 'deviceAction_999999';
const UNKNOWN = 'release_999999';

/** The mutations of devices and releases, each with a call that is valid for callers with the permission. */
export function deviceMutations(world: World): Rules {
  const { ask } = world;
  return {
    'Mutation.claimDevice': {
      may: 'members at GraphQL',
      call: async (session) => {
        const device = {
          address: '192.0.2.1',
          deviceId: `claimed-${world.next()}`,
          version: null,
          model: null,
        };
        const { code } = await world.gateway.services.deviceClaims.request(device);
        return ask(`mutation { claimDevice(input: {code: "${code}"}) { clientId } }`)(session);
      },
    },
    'Mutation.collectDeviceCredential': {
      may: 'anybody',
      call: ask('mutation { collectDeviceCredential(input: {secret: "none"}) { token } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.createDeviceGroup': {
      may: 'administrators at GraphQL',
      call: (session) =>
        ask(
          `mutation { createDeviceGroup(input: {name: "g${world.next()}", filter: {}}) { deviceGroup { id } } }`,
        )(session),
    },
    'Mutation.deleteDevice': {
      may: 'administrators at GraphQL',
      call: ask('mutation { deleteDevice(input: {id: "device_999999"}) { deletedDeviceId } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.deleteDeviceGroup': {
      may: 'administrators at GraphQL',
      call: ask('mutation { deleteDeviceGroup(input: {id: "deviceGroup_999999"}) { deletedDeviceGroupId } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.exportDevices': {
      may: 'members',
      call: ask('mutation { exportDevices(input: {}) { download { url } } }'),
    },
    'Mutation.heartbeat': {
      may: 'members',
      call: ask('mutation { heartbeat(input: {}) { device { id } } }'),
    },
    'Mutation.issueDeviceCredentials': {
      may: 'members at GraphQL',
      call: ask('mutation { issueDeviceCredentials(input: {deviceIds: ["i"]}) { credentials { token } } }'),
    },
    'Mutation.requestDeviceCredential': {
      may: 'anybody',
      call: ask('mutation { requestDeviceCredential(input: {deviceId: "r"}) { code } }'),
    },
    'Mutation.resumeDeviceAction': {
      may: 'administrators at GraphQL',
      call: ask(`mutation { resumeDeviceAction(input: {id: "${UNKNOWN_ACTION}"}) { deviceAction { id } } }`),
      allowed: 'NOT_FOUND',
    },
    'Mutation.retireDevice': {
      may: 'administrators at GraphQL',
      call: ask('mutation { retireDevice(input: {id: "device_999999"}) { device { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.startDeviceAction': {
      may: 'administrators at GraphQL',
      call: ask(
        'mutation { startDeviceAction(input: {kind: RETIRE, filter: {ids: []}}) { deviceAction { id } } }',
      ),
    },
    'Mutation.stopDeviceAction': {
      may: 'administrators at GraphQL',
      call: ask(`mutation { stopDeviceAction(input: {id: "${UNKNOWN_ACTION}"}) { deviceAction { id } } }`),
      allowed: 'NOT_FOUND',
    },
    'Mutation.updateDevice': {
      may: 'administrators at GraphQL',
      call: ask('mutation { updateDevice(input: {id: "device_999999"}) { device { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.updateDeviceGroup': {
      may: 'administrators at GraphQL',
      call: ask('mutation { updateDeviceGroup(input: {id: "deviceGroup_999999"}) { deviceGroup { id } } }'),
      allowed: 'NOT_FOUND',
    },
    'Mutation.uploadRelease': { may: 'publishers', call: (session) => world.upload(session?.accessToken) },
    'Mutation.withdrawRelease': {
      may: 'publishers',
      call: ask(`mutation { withdrawRelease(input: {id: "${UNKNOWN}", reason: "r"}) { release { id } } }`),
      allowed: 'NOT_FOUND',
    },
  };
}
