import { Anchor, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useNavigate } from 'react-router';
import { SignedOutPage } from '../../ui/frame/signed-out-page.js';
import { ResetPasswordForm } from './reset-password-form.js';

/** The page of a link that an administrator has created. Its token is in the fragment of the address. */
export function Component() {
  const { t } = useTranslation();
  const token = useTokenOfLink();
  const [done, setDone] = useState(false);
  return (
    <SignedOutPage title={t('resetPassword.title')}>
      {token && !done ? (
        <ResetPasswordForm token={token} onDone={() => setDone(true)} />
      ) : (
        <Text role="status">
          {t(done ? 'resetPassword.done' : 'resetPassword.noToken')}
          <Anchor component={Link} to="/sign-in" underline="always" display="block">
            {t('resetPassword.toSignIn')}
          </Anchor>
        </Text>
      )}
    </SignedOutPage>
  );
}

/** Removes the token from the address, so that the history of the browser does not keep it. */
function useTokenOfLink(): string {
  const { hash } = useLocation();
  const navigate = useNavigate();
  const [token, setToken] = useState(() => hash.slice(1));
  useEffect(() => {
    if (hash === '') return;
    // Another link may be opened on the same page.
    setToken(hash.slice(1));
    void navigate({ hash: '' }, { replace: true });
  }, [hash, navigate]);
  return token;
}
