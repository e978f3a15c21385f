import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { AuthFragment, Permission } from '../generated/graphql.js';
import type { BrowserSession, SessionState } from './session.js';

const SessionContext = createContext<BrowserSession | null>(null);

export function SessionProvider({ session, children }: { session: BrowserSession; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): BrowserSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider.');
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** The signed-in user and session. @throws Error outside `RequireAuth`. */
export function useViewer(): AuthFragment {
  const state = useSessionState();
  if (state.status !== 'signed-in') throw new Error('useViewer needs a signed-in session.');
  return state.auth;
}

/** Whether the session has a permission. Views hide actions that it does not allow. */
export function usePermission(): (permission: Permission) => boolean {
  const { session } = useViewer();
  return (permission) => session.permissions.includes(permission);
}
