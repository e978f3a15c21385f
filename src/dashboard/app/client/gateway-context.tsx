import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { type Client, Provider } from 'urql';
import { useSession } from '../session/session-context.js';
import { createClient } from './graphql-client.js';
import { type ConnectionState, LiveConnection } from './live-connection.js';
import { ActiveQueries, onPageFocus } from './refetch-on-focus.js';

const LiveConnectionContext = createContext<LiveConnection | null>(null);

/** What views speak to the gateway with: urql, and the live link. Give it a key per session. */
export function GatewayProvider({ lazy, children }: { lazy: boolean; children: ReactNode }) {
  const session = useSession();
  const [gateway, setGateway] = useState<{ live: LiveConnection; client: Client } | null>(null);
  useEffect(() => {
    const live = new LiveConnection(session, lazy);
    const shown = new ActiveQueries();
    const client = createClient(session, live, shown);
    setGateway({ live, client });
    const stop = onPageFocus(() => shown.refetch(client));
    return () => {
      stop();
      live.close();
    };
  }, [session, lazy]);
  if (!gateway) return null;
  return (
    <LiveConnectionContext value={gateway.live}>
      <Provider value={gateway.client}>{children}</Provider>
    </LiveConnectionContext>
  );
}

export function useLiveConnection(): LiveConnection {
  const live = useContext(LiveConnectionContext);
  if (!live) throw new Error('There is no GatewayProvider around this component.');
  return live;
}

export function useConnectionState(): ConnectionState {
  const live = useLiveConnection();
  return useSyncExternalStore(live.onStateChange, live.getState);
}

/** Calls back when the live link, where there is one, is open again after it was lost. */
export function useOnReconnect(callBack: (() => void) | undefined): void {
  const live = useContext(LiveConnectionContext);
  useEffect(() => {
    if (!live || !callBack) return;
    let wasLost = live.getState() === 'lost';
    return live.onStateChange(() => {
      const state = live.getState();
      if (state === 'open' && wasLost) callBack();
      wasLost = state === 'lost';
    });
  }, [live, callBack]);
}
