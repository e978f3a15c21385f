import { createBrowserRouter } from 'react-router';
import { Failure } from './api/failure.js';
import { RequireAuth } from './shell/require-auth.js';
import { RouteError } from './shell/route-error.js';
import { Shell } from './shell/shell.js';
import { Loading } from './ui/loading.js';

/** The code of a view is fetched when it is first opened, and the gateway may be gone by then. */
const lazily =
  <View,>(load: () => Promise<View>) =>
  () =>
    load().catch((cause: unknown) => {
      throw Failure.network(cause);
    });

/** Every address of the dashboard; `src/dashboard/door.ts` serves the page at each. */
export const router = createBrowserRouter([
  { path: '/setup', lazy: lazily(() => import('./views/set-up/set-up-view.js')), HydrateFallback: Loading },
  {
    path: '/sign-in',
    lazy: lazily(() => import('./views/sign-in/sign-in-view.js')),
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
    // A view that fails leaves the navigation around it.
    children: [
      {
        ErrorBoundary: RouteError,
        children: [
          { path: '/', lazy: lazily(() => import('./views/fleet/fleet-view.js')) },
          { path: '/devices/:id', lazy: lazily(() => import('./views/device/device-view.js')) },
          { path: '/releases', lazy: lazily(() => import('./views/releases/releases-view.js')) },
          { path: '/people', lazy: lazily(() => import('./views/people/people-view.js')) },
          { path: '/people/:id', lazy: lazily(() => import('./views/people/person-view.js')) },
          { path: '/audit', lazy: lazily(() => import('./views/audit/audit-view.js')) },
          { path: '/account', lazy: lazily(() => import('./views/account/account-view.js')) },
          { path: '/scan', lazy: lazily(() => import('./views/scan/scan-view.js')) },
        ],
      },
    ],
  },
]);
