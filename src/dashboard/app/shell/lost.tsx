import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isRouteErrorResponse, Link, useRouteError } from 'react-router';
import { Failure } from '../api/failure.js';
import { Empty } from '../feedback/empty.js';
import { Failed } from '../feedback/failed.js';

/** For an address that leads nowhere, and a view that broke or could not be loaded. */
export function Lost() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (!isRouteErrorResponse(error)) {
    return <Failed failure={new Failure('', String(error))} onRetry={() => location.reload()} />;
  }
  return (
    <Empty>
      {t('feedback.notFound')}{' '}
      <Anchor component={Link} to="/">
        {t('feedback.backToFleet')}
      </Anchor>
    </Empty>
  );
}
