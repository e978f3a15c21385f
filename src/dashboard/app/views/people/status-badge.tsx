import { Badge } from '@mantine/core';
import { IconBan, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { UserStatus } from '../../generated/graphql.js';

export function StatusBadge({ status }: { status: UserStatus }) {
  const { t } = useTranslation();
  const disabled = status === 'DISABLED';
  const Icon = disabled ? IconBan : IconCircleCheck;
  return (
    <Badge
      variant="default"
      leftSection={
        <Icon
          size={12}
          color={disabled ? 'var(--mantine-color-orange-7)' : 'var(--online)'}
          stroke={2.5}
          aria-hidden
        />
      }
    >
      {t(disabled ? 'people.disabled' : 'people.active')}
    </Badge>
  );
}
