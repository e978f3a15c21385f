import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { AuthFragment } from '../generated/graphql.js';
import type { BrowserSession, SessionState } from './session.js';

const SessionContext = createContext<BrowserSession | null>(null);

export function SessionProvider({ session, children }: { session: BrowserSession; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): BrowserSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no SessionProvider around this component.');
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** Who is signed in; only for what is shown to nobody else. */
export function useViewer(): AuthFragment {
  const state = useSessionState();
  if (state.status !== 'signed-in') throw new Error('Nobody is signed in.');
  return state.auth;
}

/** Whether the session may do something; what it may not do is not offered. */
export function usePermission(): (permission: string) => boolean {
  const { session } = useViewer();
  return (permission) => session.permissions.includes(permission);
}
