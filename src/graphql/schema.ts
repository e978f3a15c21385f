import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { applyRules } from './authorization.js';
import { DateTime } from './date-time.js';
import { requireStorableInput } from './execution/storable-input.js';
import { resolveIds } from './id.js';
import { AuditResolver } from './resolvers/audit/audit.resolver.js';
import { CaptchaResolver } from './resolvers/captchas/captcha.resolver.js';
import { DeviceResolver, PresenceEventResolver } from './resolvers/devices/device.resolver.js';
import { DeviceActionsResolver } from './resolvers/devices/device-actions.resolver.js';
import { DeviceEditingResolver } from './resolvers/devices/device-editing.resolver.js';
import { DeviceGroupsResolver } from './resolvers/devices/device-groups.resolver.js';
import { PresenceResolver } from './resolvers/devices/presence.resolver.js';
import { ExportResolver } from './resolvers/exports/export.resolver.js';
import {
  AccountFactorsResolver,
  SecondFactorsResolver,
} from './resolvers/factors/account-factors.resolver.js';
import { SecondFactorResolver } from './resolvers/factors/second-factor.resolver.js';
import { HealthResolver } from './resolvers/health/health.resolver.js';
import { DeviceHistoryResolver, VersionChangeResolver } from './resolvers/history/device-history.resolver.js';
import { FleetHistoryResolver } from './resolvers/history/fleet-history.resolver.js';
import { ApiKeyResolver } from './resolvers/machines/api-key.resolver.js';
import { DeviceCredentialResolver } from './resolvers/machines/device-credential.resolver.js';
import { ServiceAccountResolver } from './resolvers/machines/service-account.resolver.js';
import { NodeResolver } from './resolvers/node.resolver.js';
import { PasskeyResolver } from './resolvers/passkeys/passkey.resolver.js';
import { PasskeyLoginResolver } from './resolvers/passkeys/passkey-login.resolver.js';
import { ReleaseEventResolver, ReleaseResolver } from './resolvers/releases/release.resolver.js';
import { LoginResolver } from './resolvers/sessions/login.resolver.js';
import { SessionResolver } from './resolvers/sessions/session.resolver.js';
import { PasswordResolver } from './resolvers/users/password.resolver.js';
import { RoleResolver } from './resolvers/users/role.resolver.js';
import { UserResolver } from './resolvers/users/user.resolver.js';
import { requireReadsFrom } from './selected-properties.js';

/** The schema of all resolvers. @throws Error for an operation that names no permission. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AccountFactorsResolver,
      ApiKeyResolver,
      AuditResolver,
      CaptchaResolver,
      DeviceActionsResolver,
      DeviceEditingResolver,
      DeviceCredentialResolver,
      DeviceHistoryResolver,
      DeviceGroupsResolver,
      DeviceResolver,
      FleetHistoryResolver,
      ExportResolver,
      HealthResolver,
      LoginResolver,
      NodeResolver,
      PasskeyLoginResolver,
      PasskeyResolver,
      PasswordResolver,
      PresenceEventResolver,
      PresenceResolver,
      ReleaseResolver,
      ReleaseEventResolver,
      RoleResolver,
      ServiceAccountResolver,
      SecondFactorResolver,
      SecondFactorsResolver,
      SessionResolver,
      UserResolver,
      VersionChangeResolver,
    ],
    scalarsMap: [{ type: Date, scalar: DateTime }],
    // Inputs are checked by the services, with the same rules for every API.
    validate: false,
    // Apollo Server validates the schema. The check of the library runs the whole introspection query besides.
    skipCheck: true,
    pubSub: unusedPubSub,
  });
  describeRoots(schema);
  applyRules(schema);
  requireStorableInput(schema);
  requireReadsFrom(schema);
  resolveIds(schema);
  return schema;
}

/** The library has no place for the descriptions of these types. */
function describeRoots(schema: GraphQLSchema): void {
  const descriptions = [
    [schema.getQueryType(), 'What can be read.'],
    [
      schema.getMutationType(),
      'What can be changed. Each mutation takes one `input` and returns a payload of its own.',
    ],
    [
      schema.getSubscriptionType(),
      'What can be followed live, over WebSocket with the protocol graphql-transport-ws.',
    ],
  ] as const;
  for (const [type, description] of descriptions) if (type) type.description = description;
}

/** The library wants one, though every subscription brings its own source. */
const unusedPubSub = {
  publish() {},
  subscribe(topic: string): never {
    throw new Error(`Nothing is published on ${topic}.`);
  },
};
