import { Checkbox, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { useRoleHint, useRoleName } from '../../domain/role-name.js';
import { RolesDocument } from '../../generated/graphql.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';

interface RolePickerProps {
  /** Codes. */
  readonly value: string[];
  readonly onChange: (codes: string[]) => void;
  readonly disabled?: boolean;
}

/** All roles there are, each with what it lets people do. */
export function RolePicker({ value, onChange, disabled = false }: RolePickerProps) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const roleHint = useRoleHint();
  const [{ data, error }, reload] = useQuery({ query: RolesDocument });
  if (error) return <FailureAlert failure={failureOf(error)} onRetry={reload} />;
  if (!data) return <Loading />;
  return (
    <Checkbox.Group
      aria-label={t('people.fields.roles')}
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
