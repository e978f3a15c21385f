import { Badge, Group } from '@mantine/core';
import { useRoleName } from '../../domain/role-name.js';
import type { PersonFragment } from '../../generated/graphql.js';

export function RoleBadges({ roles }: { roles: PersonFragment['roles'] }) {
  const roleName = useRoleName();
  return (
    <Group gap={4}>
      {roles.map((role) => (
        <Badge
          key={role.code}
          miw="max-content"
          fw={550}
          variant={role.code === 'ADMIN' ? 'filled' : 'default'}
        >
          {roleName(role)}
        </Badge>
      ))}
    </Group>
  );
}
