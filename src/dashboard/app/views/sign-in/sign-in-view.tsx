import { Alert, Tabs } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { GatewayProvider } from '../../client/gateway-context.js';
import { useSessionState } from '../../session/session-context.js';
import { SignedOutPage } from '../../ui/signed-out-page.js';
import { PasswordForm } from './password-form.js';
import { PhoneForm } from './phone-form.js';
import { QrSignIn } from './qr-code.js';

/** Signing in, in any of three ways; then back to where the person wanted to go. */
export function Component() {
  const { t } = useTranslation();
  const state = useSessionState();
  const [search] = useSearchParams();
  if (state.status === 'signed-in') return <Navigate to={ownAddress(search.get('next'))} replace />;
  return (
    <SignedOutPage title={t('signIn.title')}>
      {state.status === 'signed-out' && state.ended && (
        <Alert color="orange" variant="light" role="alert">
          {t('signIn.ended')}
        </Alert>
      )}
      <Ways />
    </SignedOutPage>
  );
}

function Ways() {
  const { t } = useTranslation();
  const [way, setWay] = useState<string | null>('password');
  return (
    <Tabs value={way} onChange={setWay} keepMounted={false}>
      <Tabs.List grow mb="md">
        <Tabs.Tab value="password">{t('signIn.ways.password')}</Tabs.Tab>
        <Tabs.Tab value="phone">{t('signIn.ways.phone')}</Tabs.Tab>
        <Tabs.Tab value="scan">{t('signIn.ways.scan')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="password">
        <PasswordForm />
      </Tabs.Panel>
      <Tabs.Panel value="phone">
        <PhoneForm />
      </Tabs.Panel>
      <Tabs.Panel value="scan">
        <GatewayProvider lazy>
          <QrSignIn />
        </GatewayProvider>
      </Tabs.Panel>
    </Tabs>
  );
}

/** Only an address of ours: a link to the sign-in page must not lead away. */
const ownAddress = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : '/');
