import { Alert } from '@mantine/core';
import { IconInfoCircle, IconPlugConnected } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../domain/problem-alert.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import type { Fleet } from './live/fleet.js';
import { useFleetSnapshot } from './live/use-fleet.js';

const AUTO_DISMISS_MS = 15_000;

interface NoticesProps {
  readonly fleet: Fleet;
  readonly onRetry: () => void;
}

/** Alerts about problems of the gateway, uncertain presence, missed changes and failures. */
export function Notices({ fleet, onRetry }: NoticesProps) {
  const { t } = useTranslation();
  const { degraded, problems, missedChanges, failure } = useFleetSnapshot(fleet);
  return (
    <>
      {problems.map((problem) => (
        <ProblemAlert key={problem.component} problem={problem} role="status">
          {t(`domain.problems.${problem.component}.text`)}
        </ProblemAlert>
      ))}
      {degraded && (
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
      {missedChanges !== null && (
        <MissedChangesNotice changes={missedChanges} onDismiss={fleet.dismissMissedChanges} />
      )}
      {failure && <FailureAlert failure={failure} onRetry={onRetry} />}
    </>
  );
}

interface MissedChangesNoticeProps {
  readonly changes: number | 'reloaded';
  readonly onDismiss: () => void;
}

function MissedChangesNotice({ changes, onDismiss }: MissedChangesNoticeProps) {
  const { t } = useTranslation();
  useEffect(() => {
    const timer = setTimeout(onDismiss, AUTO_DISMISS_MS);
    return () => clearTimeout(timer);
  }, [onDismiss]);
  const text = () => {
    if (changes === 'reloaded') return t('fleet.missedChanges.reloaded');
    if (changes === 0) return t('fleet.missedChanges.none');
    return t('fleet.missedChanges.replayed', { count: changes });
  };
  return (
    <Alert
      color="teal"
      variant="light"
      role="status"
      icon={<IconPlugConnected aria-hidden />}
      withCloseButton
      closeButtonLabel={t('fleet.missedChanges.dismiss')}
      onClose={onDismiss}
    >
      {text()}
    </Alert>
  );
}
