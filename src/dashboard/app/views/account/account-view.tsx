import { Button, Grid, Stack } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiKeys } from '../../domain/keys/api-keys.js';
import { Sessions } from '../../domain/sessions.js';
import { useSession, useViewer } from '../../session/session-context.js';
import { Page } from '../../ui/page.js';
import { Appearance } from './appearance.js';
import { Passkeys } from './passkeys.js';
import { Password } from './password.js';
import { Profile } from './profile.js';
import { SecondFactor } from './second-factor.js';

/** The user's own profile, password, sessions and preferences. */
export function Component() {
  const { t } = useTranslation();
  const session = useSession();
  const { user, session: current } = useViewer();
  // A new password ends other sessions: the key makes the list load again.
  const [passwordChanges, setPasswordChanges] = useState(0);
  // The first passkey is a second factor, and so is the last one.
  const [passkeyChanges, setPasskeyChanges] = useState(0);
  return (
    <Page
      title={t('account.title')}
      actions={
        <Button
          variant="default"
          leftSection={<IconLogout size={18} aria-hidden />}
          onClick={() => void session.signOut()}
        >
          {t('shell.signOut')}
        </Button>
      }
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack gap="md">
            <Profile />
            <SecondFactor key={`factors ${passkeyChanges}`} />
            <Passkeys onChanged={() => setPasskeyChanges(passkeyChanges + 1)} />
            <Password key={passwordChanges} onChanged={() => setPasswordChanges(passwordChanges + 1)} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack gap="md">
            <Sessions key={passwordChanges} filter={{ userId: user.id, kind: 'LOGIN' }} />
            <ApiKeys key={`keys ${passwordChanges}`} userId={user.id} grantable={current.permissions} />
            <Appearance />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}
