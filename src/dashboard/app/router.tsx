import { createBrowserRouter } from 'react-router';
import { Loading } from './feedback/loading.js';
import { SignedIn } from './session/signed-in.js';
import { Lost } from './shell/lost.js';
import { Shell } from './shell/shell.js';

/** Every address of the dashboard; `src/dashboard/door.ts` serves the page at each. */
export const router = createBrowserRouter([
  { path: '/setup', lazy: () => import('./set-up/set-up-view.js'), HydrateFallback: Loading },
  { path: '/sign-in', lazy: () => import('./sign-in/sign-in-view.js'), HydrateFallback: Loading },
  {
    element: (
      <SignedIn>
        <Shell />
      </SignedIn>
    ),
    HydrateFallback: Loading,
    ErrorBoundary: Lost,
    children: [
      { path: '/', lazy: () => import('./fleet/fleet-view.js') },
      { path: '/devices/:id', lazy: () => import('./device/device-view.js') },
      { path: '/releases', lazy: () => import('./releases/releases-view.js') },
      { path: '/people', lazy: () => import('./people/people-view.js') },
      { path: '/people/:id', lazy: () => import('./people/person-view.js') },
      { path: '/audit', lazy: () => import('./audit/audit-view.js') },
      { path: '/account', lazy: () => import('./account/account-view.js') },
      { path: '/scan', lazy: () => import('./scan/scan-view.js') },
    ],
  },
]);
