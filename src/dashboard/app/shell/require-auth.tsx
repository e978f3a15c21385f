import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { Failure } from '../api/failure.js';
import { GatewayProvider } from '../client/gateway-context.js';
import { useSession, useSessionState } from '../session/session-context.js';
import { FailureAlert } from '../ui/failure-alert.js';
import { Loading } from '../ui/loading.js';

/** Renders its children for a signed-in user. Others are sent to the sign-in page, which sends them back. */
export function RequireAuth({ children }: { children: ReactNode }) {
  const session = useSession();
  const state = useSessionState();
  const { pathname, search } = useLocation();
  if (state.status === 'starting') return <Loading />;
  if (state.status === 'unreachable') {
    return <FailureAlert failure={new Failure('NETWORK', '')} onRetry={() => void session.refresh(null)} />;
  }
  if (state.status === 'signed-out') {
    const next = pathname + search;
    return <Navigate to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  return (
    <GatewayProvider key={state.auth.session.id} lazy={false}>
      {children}
    </GatewayProvider>
  );
}
