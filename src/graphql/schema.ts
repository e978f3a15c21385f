import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { checkPermission, requireRules } from './authorization.js';
import { requireStorableInput } from './execution/storable-input.js';
import { AuditResolver } from './resolvers/audit.resolver.js';
import { CaptchaResolver } from './resolvers/captcha.resolver.js';
import { DeviceResolver } from './resolvers/device.resolver.js';
import { PresenceResolver } from './resolvers/presence.resolver.js';
import { ReleaseEventResolver, ReleaseResolver } from './resolvers/release.resolver.js';
import { SessionResolver } from './resolvers/session.resolver.js';
import { UserResolver } from './resolvers/user.resolver.js';

/** The schema of all resolvers, in one visible list. @throws Error when an operation names no permission. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      AuditResolver,
      CaptchaResolver,
      DeviceResolver,
      PresenceResolver,
      ReleaseResolver,
      ReleaseEventResolver,
      SessionResolver,
      UserResolver,
    ],
    authChecker: checkPermission,
    // Inputs are checked by the services, where every door meets the same rule.
    validate: false,
    pubSub: unusedPubSub,
  });
  requireRules();
  requireStorableInput(schema);
  return schema;
}

/** The library wants one, though every subscription brings its own source. */
const unusedPubSub = {
  publish() {},
  subscribe(topic: string): never {
    throw new Error(`Nothing is published on ${topic}.`);
  },
};
