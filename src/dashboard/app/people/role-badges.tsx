import { Badge, Group } from '@mantine/core';
import type { PersonFragment } from '../generated/graphql.js';
import { useRoleName } from './role-name.js';

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
