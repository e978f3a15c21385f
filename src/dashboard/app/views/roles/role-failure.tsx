import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../api/failure.js';
import { FailureAlert } from '../../ui/failure-alert.js';

/** Why a role could not be changed. */
export function RoleFailure({ failure }: { failure: Failure }) {
  const { t } = useTranslation();
  if (failure.code !== 'CONFLICT' && failure.code !== 'FORBIDDEN') return <FailureAlert failure={failure} />;
  return (
    <Alert color="orange" variant="light" role="alert">
      {t(`roles.failures.${failure.code}`)}
    </Alert>
  );
}
