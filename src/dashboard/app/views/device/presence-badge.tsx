import { Badge } from '@mantine/core';
import { IconCircle, IconCircleFilled } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Whether a device is online. Screen readers announce changes. */
export function PresenceBadge({ online }: { online: boolean }) {
  const { t } = useTranslation();
  const Icon = online ? IconCircleFilled : IconCircle;
  return (
    <Badge
      role="status"
      size="lg"
      variant="default"
      leftSection={
        <Icon size={10} color={online ? 'var(--online)' : 'var(--offline)'} stroke={3} aria-hidden />
      }
    >
      {t(online ? 'domain.online' : 'domain.offline')}
    </Badge>
  );
}
