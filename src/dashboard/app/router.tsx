import { createBrowserRouter } from 'react-router';
import { Failure } from './api/failure.js';
import { RequireAuth } from './shell/require-auth.js';
import { RouteError } from './shell/route-error.js';
import { Shell } from './shell/shell.js';
import { Loading } from './ui/loading.js';

/** Reports a view whose code cannot be fetched as a network failure. */
const lazyView =
  <View,>(load: () => Promise<View>) =>
  () =>
    load().catch((cause: unknown) => {
      throw Failure.network(cause);
    });

/** Every route of the dashboard; `src/dashboard/plugin.ts` must list each, too. */
export const router = createBrowserRouter([
  { path: '/setup', lazy: lazyView(() => import('./views/set-up/set-up-view.js')), HydrateFallback: Loading },
  {
    path: '/sign-in',
    lazy: lazyView(() => import('./views/sign-in/sign-in-view.js')),
    HydrateFallback: Loading,
  },
  {
    element: (
      <RequireAuth>
        <Shell />
      </RequireAuth>
    ),
    HydrateFallback: Loading,
    ErrorBoundary: RouteError,
    // The inner boundary keeps header and navigation when a view fails.
    children: [
      {
        ErrorBoundary: RouteError,
        children: [
          { path: '/', lazy: lazyView(() => import('./views/fleet/fleet-view.js')) },
          { path: '/devices/:id', lazy: lazyView(() => import('./views/device/device-view.js')) },
          { path: '/releases', lazy: lazyView(() => import('./views/releases/releases-view.js')) },
          { path: '/people', lazy: lazyView(() => import('./views/people/people-view.js')) },
          { path: '/people/:id', lazy: lazyView(() => import('./views/people/person-view.js')) },
          { path: '/audit', lazy: lazyView(() => import('./views/audit/audit-view.js')) },
          { path: '/account', lazy: lazyView(() => import('./views/account/account-view.js')) },
          { path: '/scan', lazy: lazyView(() => import('./views/scan/scan-view.js')) },
        ],
      },
    ],
  },
]);
