import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { type CombinedError, useMutation } from 'urql';
import { displayName } from '../../domain/display-name.js';
import { type PersonFragment, ResetSecondFactorsDocument } from '../../generated/graphql.js';

interface ResetFactorsProps {
  readonly person: PersonFragment;
  /** @param error if they could not be removed. */
  readonly onReset: (error: CombinedError | undefined) => void;
}

/** A button that removes the second factors of a person, after a confirmation. */
export function ResetFactors({ person, onReset }: ResetFactorsProps) {
  const { t } = useTranslation();
  const [{ fetching }, reset] = useMutation(ResetSecondFactorsDocument);
  const confirm = () =>
    modals.openConfirmModal({
      title: t('people.resetFactorsTitle', { name: displayName(person) }),
      children: <Text size="sm">{t('people.resetFactorsHint')}</Text>,
      labels: { confirm: t('people.resetFactors'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => onReset((await reset({ input: { userId: person.id } })).error),
    });
  return (
    <Button size="compact-sm" variant="light" color="red" loading={fetching} onClick={confirm}>
      {t('people.resetFactors')}
    </Button>
  );
}
