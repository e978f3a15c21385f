import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRouteError } from 'react-router';
import { Failure } from '../api/failure.js';
import { isGatewayReachable } from '../api/reachable.js';
import { FailureAlert } from '../ui/failure-alert.js';

/** Reloads only when the gateway answers: otherwise the browser's own error page would replace the dashboard. */
async function reloadIfReachable() {
  if (await isGatewayReachable()) location.reload();
}

/** Replaces a view that could not be loaded or threw an error. */
export function RouteError() {
  const error = useRouteError();
  if (error instanceof Failure) {
    return <FailureAlert failure={error} onRetry={() => void reloadIfReachable()} />;
  }
  return <BrokenView cause={String(error)} />;
}

/** @param cause lets users report the error. */
function BrokenView({ cause }: { cause: string }) {
  const { t } = useTranslation();
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('shell.broken')}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('shell.brokenHint')}</Text>
        <Code>{cause}</Code>
        <Button variant="default" size="xs" onClick={() => void reloadIfReachable()}>
          {t('shell.reload')}
        </Button>
      </Stack>
    </Alert>
  );
}
