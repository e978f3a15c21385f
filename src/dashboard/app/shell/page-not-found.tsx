import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from '../ui/empty-state.js';

/** For an address inside the dashboard that no view has. The gateway itself answers addresses that are opened. */
export function PageNotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      action={
        <Anchor component={Link} to="/">
          {t('shell.backToFleet')}
        </Anchor>
      }
    >
      {t('shell.notFound')}
    </EmptyState>
  );
}
