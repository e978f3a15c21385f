import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnectionState } from '../client/gateway-context.js';
import { Ago } from '../time/ago.js';
import { gatewayTime } from '../time/clock.js';

/** A link that comes back within it was not worth a word. */
const PATIENCE_MS = 1500;

/** Says that the live link is lost, until it is back. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const link = useConnectionState();
  /** By the gateway's clock; null while there is nothing to say. */
  const [lostAt, setLostAt] = useState<number | null>(null);
  useEffect(() => {
    if (link === 'open') return setLostAt(null);
    const since = gatewayTime();
    const timer = setTimeout(() => setLostAt(since), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [link]);
  if (lostAt === null) return null;
  return (
    <Alert
      color="orange"
      variant="light"
      mb="md"
      role="status"
      icon={<IconPlugConnectedX aria-hidden />}
      title={t('shell.linkLost')}
    >
      {t('shell.linkLostSince')} <Ago at={lostAt} />
    </Alert>
  );
}
