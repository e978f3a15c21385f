import { MantineProvider } from '@mantine/core';
import { RouterProvider } from 'react-router/dom';
import { router } from './router.js';
import type { BrowserSession } from './session/session.js';
import { SessionProvider } from './session/session-context.js';
import { cssVariables, theme } from './theme.js';

/** @param nonce for Mantine's style elements, which the content security policy blocks without it. */
export function App({ session, nonce }: { session: BrowserSession; nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <SessionProvider session={session}>
        <RouterProvider router={router} />
      </SessionProvider>
    </MantineProvider>
  );
}
