import { Button, Card } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconShieldPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { RolesDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { EntryList } from '../../ui/lists/entry-list.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { RoleDialog } from './role-dialog.js';
import { RoleEntry } from './role-entry.js';

/** All roles, with what they allow. Those that are not built in can be changed. */
export function Component() {
  const { t } = useTranslation();
  const may = usePermission();
  const [adding, { open, close }] = useDisclosure();
  const [{ data, error }, reload] = useQuery({ query: RolesDocument });
  const refresh = () => reload({ requestPolicy: 'network-only' });
  return (
    <Page
      title={t('roles.title')}
      parent={{ to: '/people', title: t('people.title') }}
      actions={
        may('USERS_MANAGE') && (
          <Button leftSection={<IconShieldPlus size={18} aria-hidden />} onClick={open}>
            {t('roles.add')}
          </Button>
        )
      }
    >
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!data && !error && <Loading />}
      {data && (
        <Card padding="md">
          <EntryList>
            {data.roles.map((role) => (
              <RoleEntry key={role.id} role={role} onChanged={refresh} />
            ))}
          </EntryList>
        </Card>
      )}
      <RoleDialog opened={adding} onClose={close} onSaved={refresh} />
    </Page>
  );
}
