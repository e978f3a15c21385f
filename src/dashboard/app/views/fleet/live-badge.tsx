import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Fleet } from './fleet.js';
import { useFleetView } from './use-fleet.js';

/** Says that what is shown changes by itself, as long as it does. */
export function LiveMark({ fleet }: { fleet: Fleet }) {
  const { t } = useTranslation();
  const { live } = useFleetView(fleet);
  if (!live) return null;
  return (
    <Badge variant="dot" color="var(--online)" title={t('fleet.liveMeaning')}>
      {t('fleet.live')}
    </Badge>
  );
}
