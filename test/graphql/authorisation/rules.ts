import { accountMutations } from './account-mutations.js';
import { deviceMutations } from './device-mutations.js';
import { loginMutations } from './login-mutations.js';
import { queries } from './queries.js';
import { subscriptions } from './subscriptions.js';
import type { Rules, World } from './world.js';

/** The matrix of callers: a rule for every operation of the schema. */
export const rulesOf = (world: World): Rules => ({
  ...queries(world),
  ...loginMutations(world),
  ...accountMutations(world),
  ...deviceMutations(world),
  ...subscriptions(world),
});
