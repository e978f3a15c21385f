import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CombinedError } from 'urql';
import { failureOf } from '../../api/failure.js';
import { FailureAlert } from '../../ui/failure-alert.js';

/** Why an account could not be changed. A CONFLICT always concerns the last administrator. */
export function AdministrationFailure({ error }: { error: CombinedError | undefined }) {
  const { t } = useTranslation();
  if (!error) return null;
  const failure = failureOf(error);
  if (failure.code !== 'CONFLICT') return <FailureAlert failure={failure} />;
  return (
    <Alert color="orange" variant="light" role="alert">
      {t('people.lastAdministrator')}
    </Alert>
  );
}
