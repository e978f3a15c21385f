import { createBrowserRouter } from 'react-router';
import { Failure } from './api/failure.js';
import { Loading } from './feedback/loading.js';
import { SignedIn } from './session/signed-in.js';
import { Lost } from './shell/lost.js';
import { Shell } from './shell/shell.js';

/** The code of a view is fetched when it is first opened, and the gateway may be gone by then. */
const lazily =
  <View,>(load: () => Promise<View>) =>
  () =>
    load().catch((cause: unknown) => {
      throw Failure.network(cause);
    });

/** Every address of the dashboard; `src/dashboard/door.ts` serves the page at each. */
export const router = createBrowserRouter([
  { path: '/setup', lazy: lazily(() => import('./set-up/set-up-view.js')), HydrateFallback: Loading },
  { path: '/sign-in', lazy: lazily(() => import('./sign-in/sign-in-view.js')), HydrateFallback: Loading },
  {
    element: (
      <SignedIn>
        <Shell />
      </SignedIn>
    ),
    HydrateFallback: Loading,
    ErrorBoundary: Lost,
    // A view that fails leaves the navigation around it.
    children: [
      {
        ErrorBoundary: Lost,
        children: [
          { path: '/', lazy: lazily(() => import('./fleet/fleet-view.js')) },
          { path: '/devices/:id', lazy: lazily(() => import('./device/device-view.js')) },
          { path: '/releases', lazy: lazily(() => import('./releases/releases-view.js')) },
          { path: '/people', lazy: lazily(() => import('./people/people-view.js')) },
          { path: '/people/:id', lazy: lazily(() => import('./people/person-view.js')) },
          { path: '/audit', lazy: lazily(() => import('./audit/audit-view.js')) },
          { path: '/account', lazy: lazily(() => import('./account/account-view.js')) },
          { path: '/scan', lazy: lazily(() => import('./scan/scan-view.js')) },
        ],
      },
    ],
  },
]);
