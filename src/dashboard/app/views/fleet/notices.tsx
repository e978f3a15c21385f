import { Alert } from '@mantine/core';
import { IconInfoCircle, IconPlugConnected } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureAlert } from '../../ui/failure-alert.js';
import type { Fleet } from './fleet.js';
import { useFleetSnapshot } from './use-fleet.js';

const READ_MS = 15_000;

/** What a person must know to read the numbers right. */
export function Notices({ fleet, onRetry }: { fleet: Fleet; onRetry: () => void }) {
  const { t } = useTranslation();
  const view = useFleetSnapshot(fleet);
  return (
    <>
      {view.degraded && (
        <Alert
          color="yellow"
          variant="light"
          role="status"
          icon={<IconInfoCircle aria-hidden />}
          title={t('fleet.degraded.title')}
        >
          {t('fleet.degraded.text')}
        </Alert>
      )}
      {view.missedChanges !== null && (
        <CaughtUp changes={view.missedChanges} onDismiss={fleet.dismissMissedChanges} />
      )}
      {view.failure && <FailureAlert failure={view.failure} onRetry={onRetry} />}
    </>
  );
}

function CaughtUp({ changes, onDismiss }: { changes: number | 'reread'; onDismiss: () => void }) {
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(onDismiss, READ_MS);
    return () => clearTimeout(timer);
  }, [onDismiss]);
  return (
    <Alert
      color="teal"
      variant="light"
      role="status"
      icon={<IconPlugConnected aria-hidden />}
      withCloseButton
      closeButtonLabel={t('fleet.caughtUp.dismiss')}
      onClose={onDismiss}
    >
      {changes === 'reread'
        ? t('fleet.caughtUp.reread')
        : changes === 0
          ? t('fleet.caughtUp.nothing')
          : t('fleet.caughtUp.changes', { count: changes })}
    </Alert>
  );
}
