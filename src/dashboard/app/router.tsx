import { type ComponentType, lazy, Suspense } from 'react';
import { createBrowserRouter, Outlet } from 'react-router';
import { Failure } from './api/failure.js';
import { isGatewayReachable } from './api/reachable.js';
import { PageNotFound } from './shell/page-not-found.js';
import { RequireAuth } from './shell/require-auth.js';
import { RouteError } from './shell/route-error.js';
import { Loading } from './ui/loading.js';

/**
 * A component whose code is loaded when it is rendered first, and so not before sign-in. Without a connection, that
 * fails like any request; else the code itself is at fault, or the gateway was updated and has other files now.
 */
function lazyElement(load: () => Promise<{ readonly Component: ComponentType }>) {
  const Lazy = lazy(() =>
    load().then(
      ({ Component }) => ({ default: Component }),
      async (cause: unknown) => {
        throw (await isGatewayReachable()) ? cause : Failure.network(cause);
      },
    ),
  );
  return <Lazy />;
}

const root = (
  <Suspense fallback={<Loading />}>
    <Outlet />
  </Suspense>
);

const signedIn = <RequireAuth>{lazyElement(() => import('./shell/shell.js'))}</RequireAuth>;

/** Every route of the dashboard; `src/dashboard/plugin.ts` must list each, too. */
export const router = createBrowserRouter([
  {
    element: root,
    ErrorBoundary: RouteError,
    children: [
      { path: '/setup', element: lazyElement(() => import('./views/set-up/set-up-view.js')) },
      { path: '/sign-in', element: lazyElement(() => import('./views/sign-in/sign-in-view.js')) },
      {
        path: '/forgot-password',
        element: lazyElement(() => import('./views/sign-in/forgot-password-view.js')),
      },
      {
        path: '/reset-password',
        element: lazyElement(() => import('./views/reset-password/reset-password-view.js')),
      },
      {
        element: signedIn,
        // The inner boundary keeps header and navigation when a view fails.
        children: [
          {
            ErrorBoundary: RouteError,
            children: [
              { path: '/', element: lazyElement(() => import('./views/fleet/fleet-view.js')) },
              {
                path: '/devices/actions',
                element: lazyElement(() => import('./views/device-actions/device-actions-view.js')),
              },
              { path: '/devices/:id', element: lazyElement(() => import('./views/device/device-view.js')) },
              { path: '/releases', element: lazyElement(() => import('./views/releases/releases-view.js')) },
              { path: '/people', element: lazyElement(() => import('./views/people/people-view.js')) },
              { path: '/people/:id', element: lazyElement(() => import('./views/people/person-view.js')) },
              { path: '/roles', element: lazyElement(() => import('./views/roles/roles-view.js')) },
              { path: '/sessions', element: lazyElement(() => import('./views/sessions/sessions-view.js')) },
              { path: '/audit', element: lazyElement(() => import('./views/audit/audit-view.js')) },
              { path: '/health', element: lazyElement(() => import('./views/health/health-view.js')) },
              { path: '/account', element: lazyElement(() => import('./views/account/account-view.js')) },
              { path: '/scan', element: lazyElement(() => import('./views/scan/scan-view.js')) },
            ],
          },
        ],
      },
      { path: '*', Component: PageNotFound },
    ],
  },
]);
