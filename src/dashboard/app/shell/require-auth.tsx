import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { useSession, useSessionState } from '../session/session-context.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { Loading } from '../ui/loading.js';

/** Renders its children for a signed-in user. Others are sent to the sign-in page, which sends them back. */
export function RequireAuth({ children }: { children: ReactNode }) {
  const session = useSession();
  const state = useSessionState();
  const { pathname, search } = useLocation();
  if (state.status === 'starting') return <Loading />;
  if (state.status === 'unrestored') {
    return <FailureAlert failure={state.failure} onRetry={() => void session.refresh(null)} />;
  }
  if (state.status === 'signed-out') {
    const next = pathname + search;
    return <Navigate to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  return children;
}
