import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { useOnReconnect } from '../client/live-connection-context.js';
import { useFailureText } from './failure-text.js';

interface FailureAlertProps {
  readonly failure: Failure;
  /** Offers a retry and runs it after a reconnect, except for a missing permission. */
  readonly onRetry?: () => void;
}

/** An error message that screen readers announce at once. */
export function FailureAlert({ failure, onRetry }: FailureAlertProps) {
  const { t } = useTranslation();
  const text = useFailureText();
  const retry = failure.code === 'FORBIDDEN' ? undefined : onRetry;
  useOnReconnect(retry);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      {text(failure)}
      {retry && (
        <Button variant="subtle" size="compact-sm" color="red" ml="xs" onClick={retry}>
          {t('ui.retry')}
        </Button>
      )}
    </Alert>
  );
}
