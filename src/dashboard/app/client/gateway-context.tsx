import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { type Client, Provider } from 'urql';
import { useSession } from '../session/session-context.js';
import { createClient } from './graphql-client.js';
import { type ConnectionState, LiveConnection } from './live-connection.js';
import { ActiveQueries, onPageFocus } from './refetch-on-focus.js';

const LiveConnectionContext = createContext<LiveConnection | null>(null);

interface GatewayProviderProps {
  /** Connect the WebSocket only while there is a subscription. */
  readonly lazy: boolean;
  readonly children: ReactNode;
}

/** Provides urql's client and the live connection. Give it a key per session. */
export function GatewayProvider({ lazy, children }: GatewayProviderProps) {
  const session = useSession();
  const [gateway, setGateway] = useState<{ connection: LiveConnection; client: Client } | null>(null);
  useEffect(() => {
    const connection = new LiveConnection(session, lazy);
    const activeQueries = new ActiveQueries();
    const client = createClient(session, connection, activeQueries);
    setGateway({ connection, client });
    const stopRefetching = onPageFocus(() => activeQueries.refetch(client));
    return () => {
      stopRefetching();
      connection.close();
    };
  }, [session, lazy]);
  if (!gateway) return null;
  return (
    <LiveConnectionContext value={gateway.connection}>
      <Provider value={gateway.client}>{children}</Provider>
    </LiveConnectionContext>
  );
}

export function useLiveConnection(): LiveConnection {
  const connection = useContext(LiveConnectionContext);
  if (!connection) throw new Error('useLiveConnection needs a GatewayProvider.');
  return connection;
}

export function useConnectionState(): ConnectionState {
  const connection = useLiveConnection();
  return useSyncExternalStore(connection.onStateChange, connection.getState);
}

/** Calls back after each reconnect. Without a GatewayProvider it never does. */
export function useOnReconnect(callback: (() => void) | undefined): void {
  const connection = useContext(LiveConnectionContext);
  useEffect(() => {
    if (!connection || !callback) return;
    let wasDown = connection.getState() === 'reconnecting';
    return connection.onStateChange(() => {
      const state = connection.getState();
      if (state === 'connected' && wasDown) callback();
      wasDown = state === 'reconnecting';
    });
  }, [connection, callback]);
}
