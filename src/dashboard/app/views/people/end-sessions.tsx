import { Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useTranslation } from 'react-i18next';
import { type CombinedError, useMutation } from 'urql';
import { displayName } from '../../domain/display-name.js';
import { type PersonFragment, RevokeUserSessionsDocument } from '../../generated/graphql.js';

interface EndSessionsProps {
  readonly person: PersonFragment;
  /** @param error if the sessions could not be ended. */
  readonly onEnded: (error: CombinedError | undefined) => void;
}

/** A button that ends all sessions of a person, after a confirmation. */
export function EndSessions({ person, onEnded }: EndSessionsProps) {
  const { t } = useTranslation();
  const [{ fetching }, revoke] = useMutation(RevokeUserSessionsDocument);
  const confirm = () =>
    modals.openConfirmModal({
      title: t('people.endSessionsTitle', { name: displayName(person) }),
      children: <Text size="sm">{t('people.endSessionsHint')}</Text>,
      labels: { confirm: t('people.endSessions'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => onEnded((await revoke({ input: { userId: person.id } })).error),
    });
  return (
    <Button size="compact-sm" variant="light" color="red" loading={fetching} onClick={confirm}>
      {t('people.endSessions')}
    </Button>
  );
}
