import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useSearchParams } from 'react-router';
import { useSessionState } from '../../session/session-context.js';
import { SignedOutPage } from '../../ui/frame/signed-out-page.js';
import { FirstAdministrator } from './first-administrator.js';

/** The page of the set-up link that the gateway prints while it has no administrator. */
export function Component() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const state = useSessionState();
  const token = search.get('token');
  if (state.status === 'signed-in') return <Navigate to="/" replace />;
  return (
    <SignedOutPage title={t('setUp.title')}>
      {token ? (
        <FirstAdministrator token={token} />
      ) : (
        <Text c="dimmed">
          {t('setUp.noToken')}
          <Anchor component={Link} to="/sign-in" underline="always" display="block">
            {t('setUp.toSignIn')}
          </Anchor>
        </Text>
      )}
    </SignedOutPage>
  );
}
