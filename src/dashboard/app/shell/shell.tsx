import '@mantine/notifications/styles.css';
import { AppShell, Avatar, Burger, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { IconBook, IconCode, IconLogout, IconUser } from '@tabler/icons-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, useNavigate } from 'react-router';
import { GatewayProvider } from '../client/gateway-provider.js';
import { displayName } from '../domain/display-name.js';
import { usePermission, useSession, useViewer } from '../session/session-context.js';
import { Brand } from '../ui/frame/brand.js';
import { Preferences } from '../ui/frame/preferences.js';
import { Loading } from '../ui/loading.js';
import { ConnectionBanner } from './connection-banner.js';
import { Navigation } from './navigation.js';
import { RequiredEnrollment } from './required-enrollment.js';
import { SearchButton } from './search/search-button.js';
import { SearchDialog } from './search/search-dialog.js';
import { ShortcutSheet } from './shortcuts/shortcut-sheet.js';
import { useShortcuts } from './shortcuts/use-shortcuts.js';
import { StepUpDialog } from './step-up-dialog.js';
import { useScrollRestoration } from './use-scroll-restoration.js';
import { views } from './views.js';

/** Connects a signed-in session to the gateway, and surrounds every view by header and navigation. */
export function Component() {
  const { session } = useViewer();
  const browserSession = useSession();
  const mustEnroll = session.permissions.length === 0;
  // Until the recovery codes have been seen: the session allows more before.
  const [enrolling, setEnrolling] = useState(mustEnroll);
  if (mustEnroll && !enrolling) setEnrolling(true);
  const enrolled = async () => {
    await browserSession.refresh(browserSession.token);
    setEnrolling(false);
  };
  return (
    <GatewayProvider key={session.id} lazy={false}>
      <ModalsProvider>
        <Notifications position="top-right" />
        <StepUpDialog />
        {enrolling ? <RequiredEnrollment onDone={() => void enrolled()} /> : <Shell />}
      </ModalsProvider>
    </GatewayProvider>
  );
}

function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const [searching, search] = useDisclosure();
  const [showsShortcuts, shortcuts] = useDisclosure();
  const navigate = useNavigate();
  const may = usePermission();
  useShortcuts({
    onSearch: search.open,
    onHelp: shortcuts.open,
    onGo(key) {
      const view = views.find(({ shortcut, permission }) => shortcut === key && may(permission));
      if (view) void navigate(view.to);
      return view !== undefined;
    },
  });
  useScrollRestoration();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#content">
        {t('shell.skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('shell.menu')}
              aria-expanded={opened}
            />
            <Brand />
          </Group>
          <Group gap="xs" wrap="nowrap">
            <SearchButton onOpen={search.open} />
            <Preferences />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <SearchDialog opened={searching} onClose={search.close} />
      <ShortcutSheet opened={showsShortcuts} onClose={shortcuts.close} />
      <AppShell.Navbar p="xs" aria-label={t('shell.navigation')}>
        <Navigation onNavigate={close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionBanner />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const session = useSession();
  const { user } = useViewer();
  const name = displayName(user);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <UnstyledButton aria-label={name} title={name}>
          <Avatar size={32} color="indigo">
            <IconUser size={18} aria-hidden />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" truncate maw={220}>
            {name}
          </Text>
        </Menu.Label>
        <Menu.Item component="a" href="/reference" leftSection={<IconBook size={16} aria-hidden />}>
          {t('shell.reference')}
        </Menu.Item>
        <Menu.Item component="a" href="/explorer" leftSection={<IconCode size={16} aria-hidden />}>
          {t('shell.explorer')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void session.signOut()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
