import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isRouteErrorResponse, Link, useRouteError } from 'react-router';
import { Failure } from '../api/failure.js';
import { EmptyState } from '../ui/empty-state.js';
import { FailureAlert } from '../ui/failure-alert.js';

/** Only from a gateway that is there: else the browser's own error page would take our place. */
async function reload() {
  const isThere = await fetch('/health/live').then(
    ({ ok }) => ok,
    () => false,
  );
  if (isThere) location.reload();
}

/** For an address that leads nowhere, and a view that broke or could not be loaded. */
export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (!isRouteErrorResponse(error)) {
    const failure = error instanceof Failure ? error : new Failure('', String(error));
    return <FailureAlert failure={failure} onRetry={() => void reload()} />;
  }
  return (
    <EmptyState>
      {t('feedback.notFound')}{' '}
      <Anchor component={Link} to="/">
        {t('feedback.backToFleet')}
      </Anchor>
    </EmptyState>
  );
}
