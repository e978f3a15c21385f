import { Alert, Tabs } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { passkeySupport } from '../../domain/passkeys/browser-passkeys.js';
import { PasskeyHint } from '../../domain/passkeys/passkey-hint.js';
import { useSessionState } from '../../session/session-context.js';
import { SignedOutPage } from '../../ui/frame/signed-out-page.js';
import { Loading } from '../../ui/loading.js';
import { PasskeySignIn } from './passkey-sign-in.js';
import { PasswordForm } from './password-form.js';
import { PhoneForm } from './phone-form.js';
import { SecondStep } from './second-step.js';

/** Loaded for its tab only: it alone needs a live connection before sign-in. */
const QrSignIn = lazy(() => import('./qr-sign-in.js').then(({ QrSignIn }) => ({ default: QrSignIn })));

/** Offers three sign-in methods, then goes to the page that asked for a session. */
export function Component() {
  const { t } = useTranslation();
  const state = useSessionState();
  const [search] = useSearchParams();
  if (state.status === 'signed-in') return <Navigate to={safePath(search.get('next'))} replace />;
  if (state.status === 'signed-out' && state.challenge) {
    return (
      <SignedOutPage title={t('signIn.second.title')}>
        <SecondStep challenge={state.challenge} />
      </SignedOutPage>
    );
  }
  return (
    <SignedOutPage title={t('signIn.title')}>
      {state.status === 'signed-out' && state.ended && (
        <Alert color="orange" variant="light" role="alert">
          {t('signIn.ended')}
        </Alert>
      )}
      {passkeySupport() === 'supported' && <PasskeySignIn />}
      <SignInMethods />
      <PasskeyHint />
    </SignedOutPage>
  );
}

function SignInMethods() {
  const { t } = useTranslation();
  const [method, setMethod] = useState<string | null>('password');
  return (
    <Tabs value={method} onChange={setMethod} keepMounted={false}>
      <Tabs.List grow mb="md">
        <Tabs.Tab value="password">{t('signIn.methods.password')}</Tabs.Tab>
        <Tabs.Tab value="phone">{t('signIn.methods.phone')}</Tabs.Tab>
        <Tabs.Tab value="qr">{t('signIn.methods.qr')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="password">
        <PasswordForm />
      </Tabs.Panel>
      <Tabs.Panel value="phone">
        <PhoneForm />
      </Tabs.Panel>
      <Tabs.Panel value="qr">
        <Suspense fallback={<Loading />}>
          <QrSignIn />
        </Suspense>
      </Tabs.Panel>
    </Tabs>
  );
}

/** Allows only paths of this origin, to prevent open redirects. */
const safePath = (next: string | null): string => (next && /^\/(?![/\\])/.test(next) ? next : '/');
