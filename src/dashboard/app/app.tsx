import { MantineProvider, mergeThemeOverrides } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router/dom';
import { router } from './router.js';
import type { BrowserSession } from './session/session.js';
import { SessionProvider } from './session/session-context.js';
import { closeButtons, cssVariables, theme } from './theme.js';

/** @param nonce for Mantine's style elements, which the content security policy blocks without it. */
export function App({ session, nonce }: { session: BrowserSession; nonce: string }) {
  const { t } = useTranslation();
  const named = useMemo(
    () => mergeThemeOverrides(theme, closeButtons({ dialog: t('ui.cancel'), notification: t('ui.close') })),
    [t],
  );
  return (
    <MantineProvider
      theme={named}
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
