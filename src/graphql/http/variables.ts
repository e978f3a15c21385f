import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { refuseVastVariables } from '../execution/variable-limits.js';

/** Looks at the variables of what comes over HTTP, by whatever method, before it runs. */
export const boundedVariables: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ request }) => refuseVastVariables(request.variables),
  }),
};
