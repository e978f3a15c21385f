import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { ConnectionState, LiveConnection } from './live-connection.js';

/** Apart from its provider, so that pages without a session do not load the client. */
export const LiveConnectionContext = createContext<LiveConnection | null>(null);

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
