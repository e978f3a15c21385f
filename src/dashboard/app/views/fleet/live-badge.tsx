import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Fleet } from './live/fleet.js';
import { useFleetSnapshot } from './live/use-fleet.js';

/** Shown while the page receives all changes. */
export function LiveBadge({ fleet }: { fleet: Fleet }) {
  const { t } = useTranslation();
  const { live } = useFleetSnapshot(fleet);
  if (!live) return null;
  return (
    <Badge variant="dot" color="var(--online)" title={t('fleet.liveHint')}>
      {t('fleet.live')}
    </Badge>
  );
}
