import { type ReactNode, useEffect, useState } from 'react';
import { type Client, Provider } from 'urql';
import { useSession } from '../session/session-context.js';
import { createClient } from './graphql-client.js';
import { LiveConnection } from './live-connection.js';
import { LiveConnectionContext } from './live-connection-context.js';
import { ActiveQueries, onPageFocus } from './refetch-on-focus.js';
import { StepUpContext, StepUps } from './step-ups.js';

interface GatewayProviderProps {
  /** Connect the WebSocket only while there is a subscription. */
  readonly lazy: boolean;
  readonly children: ReactNode;
}

/** Provides urql's client and the live connection. Give it a key per session. */
export function GatewayProvider({ lazy, children }: GatewayProviderProps) {
  const session = useSession();
  const [stepUps] = useState(() => new StepUps());
  const [gateway, setGateway] = useState<{ connection: LiveConnection; client: Client } | null>(null);
  useEffect(() => {
    const connection = new LiveConnection(session, lazy);
    const activeQueries = new ActiveQueries();
    const client = createClient(session, connection, activeQueries, stepUps);
    setGateway({ connection, client });
    const stopRefetching = onPageFocus(() => activeQueries.refetch(client));
    return () => {
      stopRefetching();
      connection.close();
    };
  }, [session, lazy, stepUps]);
  if (!gateway) return null;
  return (
    <LiveConnectionContext value={gateway.connection}>
      <StepUpContext value={stepUps}>
        <Provider value={gateway.client}>{children}</Provider>
      </StepUpContext>
    </LiveConnectionContext>
  );
}
