import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../api/failure.js';
import { useOnReconnect } from '../client/gateway-context.js';
import { useFailureText } from './failure-text.js';

/**
 * What went wrong, read out at once.
 * @param onRetry offers to try again, where that could help; it is also tried when a lost link is back.
 */
export function FailureAlert({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useFailureText();
  const retry = failure.code === 'FORBIDDEN' ? undefined : onRetry;
  useOnReconnect(retry);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      {text(failure)}
      {retry && (
        <Button variant="subtle" size="compact-sm" color="red" ml="xs" onClick={retry}>
          {t('feedback.retry')}
        </Button>
      )}
    </Alert>
  );
}
