import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { AuditResolver } from '../audit/audit.resolver.js';
import { CaptchaResolver } from '../captchas/captcha.resolver.js';
import { DeviceResolver } from '../devices/device.resolver.js';
import { PresenceResolver } from '../devices/presence.resolver.js';
import { ReleaseEventResolver, ReleaseResolver } from '../releases/release.resolver.js';
import { SessionResolver } from '../sessions/session.resolver.js';
import { UserResolver } from '../users/user.resolver.js';
import { checkPermission, requireRules } from './authorization.js';
import { requireStorableInput } from './storable-input.js';

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
