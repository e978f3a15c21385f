import { Checkbox, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../api/failure.js';
import { LONGEST_ROLE_NAME } from '../../api/limits.js';
import { useRoleName } from '../../domain/role-name.js';
import {
  CreateRoleDocument,
  type Permission,
  type RoleFieldsFragment,
  UpdateRoleDocument,
} from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { DialogButtons } from '../../ui/dialog-buttons.js';
import { useFocusInvalid } from '../../ui/use-focus-invalid.js';
import { grantable } from './grantable.js';
import { RoleFailure } from './role-failure.js';

interface RoleDialogProps {
  /** Absent to create one. */
  readonly role?: RoleFieldsFragment;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Creates or changes a role. */
export function RoleDialog({ opened, onClose, ...form }: RoleDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t(form.role ? 'roles.editTitle' : 'roles.add')}>
      <RoleForm onClose={onClose} {...form} />
    </Modal>
  );
}

function RoleForm({ role, onClose, onSaved }: Omit<RoleDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const [code, setCode] = useState(role?.code ?? '');
  const [name, setName] = useState(role?.name ?? '');
  const [permissions, setPermissions] = useState<readonly Permission[]>(role?.permissions ?? []);
  const [requiresSecondFactor, setRequired] = useState(role?.requiresSecondFactor ?? false);
  const isFixed = role?.builtIn ?? false;
  const [created, create] = useMutation(CreateRoleDocument);
  const [updated, update] = useMutation(UpdateRoleDocument);
  const { error, fetching } = role ? updated : created;
  const failure = useMemo(() => (error ? failureOf(error) : null), [error]);
  const form = useFocusInvalid(failure);
  const errorAt = (field: 'code' | 'name') =>
    failure?.field === field && t(failure.code === 'CONFLICT' ? 'roles.taken' : `roles.invalid.${field}`);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const editable = { name, permissions: [...permissions] };
    const fields = { ...editable, requiresSecondFactor };
    const { error } = role
      ? await update({ input: { id: role.id, ...(isFixed ? { requiresSecondFactor } : fields) } })
      : await create({ input: { code, ...fields } });
    if (error) return;
    onSaved();
    onClose();
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {failure && !errorAt('code') && !errorAt('name') && <RoleFailure failure={failure} />}
        <TextInput
          label={t('roles.name')}
          required
          withAsterisk={false}
          maxLength={LONGEST_ROLE_NAME}
          disabled={isFixed}
          value={isFixed && role ? roleName(role) : name}
          error={errorAt('name')}
          onChange={(event) => setName(event.currentTarget.value)}
          // A disabled field cannot have the focus, which would then stay outside of the dialog.
          data-autofocus={isFixed ? undefined : true}
        />
        <TextInput
          label={t('roles.code')}
          description={t('roles.codeHint')}
          required
          withAsterisk={false}
          maxLength={LONGEST_ROLE_NAME}
          disabled={role !== undefined}
          value={code}
          error={errorAt('code')}
          onChange={(event) => setCode(event.currentTarget.value.toUpperCase())}
        />
        <PermissionPicker value={permissions} onChange={setPermissions} isFixed={isFixed} />
        <Checkbox
          label={t('roles.requiresSecondFactor')}
          description={t('roles.requiresSecondFactorHint')}
          checked={requiresSecondFactor}
          onChange={(event) => setRequired(event.currentTarget.checked)}
        />
        <DialogButtons onCancel={onClose} submit={t('roles.save')} loading={fetching} />
      </Stack>
    </form>
  );
}

interface PermissionPickerProps {
  readonly value: readonly Permission[];
  readonly onChange: (permissions: readonly Permission[]) => void;
  /** Whether the role is built in. */
  readonly isFixed: boolean;
}

function PermissionPicker({ value, onChange, isFixed }: PermissionPickerProps) {
  const { t } = useTranslation();
  const may = usePermission();
  return (
    <Checkbox.Group
      label={t('roles.permissions')}
      description={t('roles.permissionsHint')}
      value={[...value]}
      onChange={(chosen) => onChange(grantable.filter((permission) => chosen.includes(permission)))}
    >
      <Stack gap="xs" mt="xs">
        {grantable.map((permission) => (
          <Checkbox
            key={permission}
            value={permission}
            label={capitalised(t(`domain.permissions.${permission}`))}
            disabled={isFixed || !may(permission)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
