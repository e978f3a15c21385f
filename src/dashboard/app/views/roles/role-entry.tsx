import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { type Failure, failureOf } from '../../api/failure.js';
import { useRoleHint } from '../../domain/role-hint.js';
import { useRoleName } from '../../domain/role-name.js';
import { DeleteRoleDocument, type RoleFieldsFragment } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { RoleDialog } from './role-dialog.js';
import { RoleFailure } from './role-failure.js';

interface RoleEntryProps {
  readonly role: RoleFieldsFragment;
  readonly onChanged: () => void;
}

/** A role with buttons to edit and delete it. Of a built-in one, only the required factor can be changed. */
export function RoleEntry({ role, onChanged }: RoleEntryProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const roleName = useRoleName();
  const roleHint = useRoleHint();
  const [failure, setFailure] = useState<Failure | null>(null);
  return (
    <Group component="li" justify="space-between" gap="sm">
      <Stack gap={2} miw={0} flex="1 1 240px">
        <Group gap={6}>
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {roleName(role)}
          </Text>
          <Badge variant="default">{role.code}</Badge>
          {role.requiresSecondFactor && <Badge variant="light">{t('roles.secondFactor')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {roleHint(role)}
        </Text>
        {failure && <RoleFailure failure={failure} />}
      </Stack>
      <Group gap="xs">
        {role.builtIn && (
          <Text size="xs" c="dimmed">
            {t('roles.builtIn')}
          </Text>
        )}
        {may('USERS_MANAGE') && <RoleActions role={role} onChanged={onChanged} onFailure={setFailure} />}
      </Group>
    </Group>
  );
}

interface RoleActionsProps extends RoleEntryProps {
  readonly onFailure: (failure: Failure | null) => void;
}

function RoleActions({ role, onChanged, onFailure }: RoleActionsProps) {
  const { t } = useTranslation();
  const [editing, { open, close }] = useDisclosure();
  const [{ fetching }, remove] = useMutation(DeleteRoleDocument);
  const name = useRoleName()(role);
  const confirm = () =>
    modals.openConfirmModal({
      title: t('roles.deleteTitle', { name }),
      children: <Text size="sm">{t('roles.deleteHint')}</Text>,
      labels: { confirm: t('roles.delete'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        const { error } = await remove({ input: { id: role.id } });
        onFailure(error ? failureOf(error) : null);
        onChanged();
      },
    });
  return (
    <Group gap="xs">
      <Button size="compact-sm" variant="default" onClick={open} aria-label={t('roles.editOf', { name })}>
        {t('roles.edit')}
      </Button>
      {!role.builtIn && (
        <Button
          size="compact-sm"
          variant="light"
          color="red"
          loading={fetching}
          onClick={confirm}
          aria-label={t('roles.deleteOf', { name })}
        >
          {t('roles.delete')}
        </Button>
      )}
      <RoleDialog role={role} opened={editing} onClose={close} onSaved={onChanged} />
    </Group>
  );
}
