import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isRouteErrorResponse, Link, useRouteError } from 'react-router';
import { Failure } from '../api/failure.js';
import { EmptyState } from '../ui/empty-state.js';
import { FailureAlert } from '../ui/failure-alert.js';

/** Reloads only when the gateway answers: otherwise the browser's own error page would replace the dashboard. */
async function reloadIfReachable() {
  const reachable = await fetch('/health/live').then(
    ({ ok }) => ok,
    () => false,
  );
  if (reachable) location.reload();
}

/** Replaces a view that is unknown, failed to load or threw an error. */
export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (!isRouteErrorResponse(error)) {
    const failure = error instanceof Failure ? error : new Failure('', String(error));
    return <FailureAlert failure={failure} onRetry={() => void reloadIfReachable()} />;
  }
  return (
    <EmptyState>
      {t('shell.notFound')}{' '}
      <Anchor component={Link} to="/">
        {t('shell.backToFleet')}
      </Anchor>
    </EmptyState>
  );
}
