import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnectionState } from '../client/live-connection-context.js';
import { gatewayTime } from '../time/clock.js';
import { timeOfDay } from '../time/format.js';

/** Shorter disconnects are not shown. */
const GRACE_MS = 1500;

/** Warns while the live connection is down. */
export function ConnectionBanner() {
  const { t, i18n } = useTranslation();
  const state = useConnectionState();
  /** By the gateway's clock; null while connected, and at first. */
  const [downSince, setDownSince] = useState<number | null>(null);
  useEffect(() => {
    if (state === 'connected') return setDownSince(null);
    const since = gatewayTime();
    const timer = setTimeout(() => setDownSince(since), GRACE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  if (downSince === null) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      mb="md"
      role="status"
      icon={<IconPlugConnectedX aria-hidden />}
      title={t('shell.reconnecting')}
    >
      {t('shell.outdatedSince', { time: timeOfDay(new Date(downSince), i18n.language) })}
    </Alert>
  );
}
