import { Checkbox, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { useRoleHint } from '../../domain/role-hint.js';
import { useRoleName } from '../../domain/role-name.js';
import { RolesDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';

interface RolePickerProps {
  /** Role codes, such as MEMBER. */
  readonly value: string[];
  readonly onChange: (codes: string[]) => void;
  readonly disabled?: boolean;
}

/** Checkboxes of all roles, each with a description. */
export function RolePicker({ value, onChange, disabled = false }: RolePickerProps) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const roleHint = useRoleHint();
  const [{ data, error }, reload] = useQuery({ query: RolesDocument });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  return (
    <Checkbox.Group
      aria-label={t('domain.fields.roles')}
      value={value}
      onChange={onChange}
      disabled={disabled}
    >
      <Stack gap="sm">
        {data.roles.map((role) => (
          <Checkbox key={role.code} value={role.code} label={roleName(role)} description={roleHint(role)} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
