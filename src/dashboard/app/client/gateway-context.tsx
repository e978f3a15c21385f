import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { type Client, Provider } from 'urql';
import { useSession } from '../session/session-context.js';
import { createClient } from './graphql-client.js';
import { type LinkState, Live } from './live-connection.js';
import { onReturn, ShownQueries } from './refetch-on-focus.js';

const LiveContext = createContext<Live | null>(null);

/** What views speak to the gateway with: urql, and the live link. Give it a key per session. */
export function GatewayProvider({ lazy, children }: { lazy: boolean; children: ReactNode }) {
  const session = useSession();
  const [gateway, setGateway] = useState<{ live: Live; client: Client } | null>(null);
  useEffect(() => {
    const live = new Live(session, lazy);
    const shown = new ShownQueries();
    const client = createClient(session, live, shown);
    setGateway({ live, client });
    const stop = onReturn(() => shown.askAnew(client));
    return () => {
      stop();
      live.close();
    };
  }, [session, lazy]);
  if (!gateway) return null;
  return (
    <LiveContext value={gateway.live}>
      <Provider value={gateway.client}>{children}</Provider>
    </LiveContext>
  );
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('There is no GatewayProvider around this component.');
  return live;
}

export function useLinkState(): LinkState {
  const live = useLive();
  return useSyncExternalStore(live.onState, live.getState);
}

/** Calls back when the live link, where there is one, is open again after it was lost. */
export function useWhenBack(callBack: (() => void) | undefined): void {
  const live = useContext(LiveContext);
  useEffect(() => {
    if (!live || !callBack) return;
    let wasLost = live.getState() === 'lost';
    return live.onState(() => {
      const state = live.getState();
      if (state === 'open' && wasLost) callBack();
      wasLost = state === 'lost';
    });
  }, [live, callBack]);
}
