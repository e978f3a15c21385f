import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useMutation, useQuery } from 'urql';
import { failureOf } from '../../api/failure.js';
import { RecoveryCodes } from '../../domain/factors/recovery-codes.js';
import { TotpEnrollment } from '../../domain/factors/totp-enrollment.js';
import {
  RegenerateRecoveryCodesDocument,
  RemoveSecondFactorDocument,
  SecondFactorsDocument,
  type SecondFactorsQuery,
} from '../../generated/graphql.js';
import { useSession } from '../../session/session-context.js';
import { exactTime } from '../../time/format.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Section } from '../../ui/section.js';
import { shownOnce } from '../../ui/shown-once.js';

/** Sets up, replaces and removes the user's second factor. */
export function SecondFactor() {
  const { t } = useTranslation();
  const [{ data, error }, reload] = useQuery({ query: SecondFactorsDocument });
  const [enrolling, { open, close }] = useDisclosure();
  const refresh = () => reload({ requestPolicy: 'network-only' });
  const done = () => {
    close();
    notifications.show({ message: t('factors.enrolled') });
    refresh();
  };
  return (
    <Section title={t('factors.title')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={refresh} />}
      {!data && !error && <Loading />}
      {data?.secondFactors.since && (
        <Enrolled factors={data.secondFactors} onReplace={open} onChanged={refresh} />
      )}
      {data && !data.secondFactors.since && <NotEnrolled onSetUp={open} />}
      <Modal
        opened={enrolling}
        {...shownOnce}
        onClose={() => {
          close();
          refresh();
        }}
        title={t('factors.setUpTitle')}
      >
        <TotpEnrollment onDone={done} />
      </Modal>
    </Section>
  );
}

function NotEnrolled({ onSetUp }: { onSetUp: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('factors.none')}
      </Text>
      <Text size="sm" c="dimmed">
        {t('factors.legacy')}
      </Text>
      <Button style={{ alignSelf: 'flex-start' }} onClick={onSetUp}>
        {t('factors.setUp')}
      </Button>
    </>
  );
}

interface EnrolledProps {
  readonly factors: SecondFactorsQuery['secondFactors'];
  readonly onReplace: () => void;
  readonly onChanged: () => void;
}

function Enrolled({ factors, onReplace, onChanged }: EnrolledProps) {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const [regenerated, regenerate] = useMutation(RegenerateRecoveryCodesDocument);
  const [removed, remove] = useMutation(RemoveSecondFactorDocument);
  const [showing, { open, close }] = useDisclosure();
  const hasApp = factors.methods.includes('TOTP');
  const error = regenerated.error ?? removed.error;
  const codes = regenerated.data?.regenerateRecoveryCodes.recoveryCodes;
  const newCodes = async () => {
    const { data } = await regenerate({ input: {} });
    if (data) open();
    onChanged();
  };
  const confirmRemoval = () =>
    modals.openConfirmModal({
      title: t('factors.removeTitle'),
      children: <Text size="sm">{t(removalHint(factors))}</Text>,
      labels: { confirm: t('factors.remove'), cancel: t('ui.cancel') },
      confirmProps: { color: 'red' },
      onConfirm: async () => {
        const { data } = await remove({ input: { method: 'TOTP' } });
        if (!data) return;
        notifications.show({ message: t('factors.removed') });
        onChanged();
        // A role may require a factor: the session then allows nothing else.
        await session.refresh(session.token);
      },
    });
  return (
    <Stack gap="sm">
      {error && <FailureAlert failure={failureOf(error)} />}
      <Text size="sm">
        {t(hasApp ? 'factors.since' : 'factors.sincePasskey', {
          time: exactTime(new Date(factors.since ?? ''), i18n.language),
        })}
      </Text>
      <Text size="sm">{t('factors.codesLeft', { count: factors.recoveryCodesLeft })}</Text>
      <Group gap="xs">
        <Button variant="default" onClick={onReplace}>
          {t(hasApp ? 'factors.replace' : 'factors.setUp')}
        </Button>
        <Button variant="default" loading={regenerated.fetching} onClick={() => void newCodes()}>
          {t('factors.newCodes')}
        </Button>
        {hasApp && (
          <Button variant="light" color="red" loading={removed.fetching} onClick={confirmRemoval}>
            {t('factors.remove')}
          </Button>
        )}
      </Group>
      <Modal
        opened={showing && codes !== undefined}
        {...shownOnce}
        onClose={close}
        title={t('factors.newCodesTitle')}
      >
        <Stack gap="sm">
          <Text size="sm">{t('factors.newCodesHint')}</Text>
          <RecoveryCodes codes={codes ?? []} onDone={close} />
        </Stack>
      </Modal>
    </Stack>
  );
}

/** What removing the app leads to. */
function removalHint({ methods, required }: SecondFactorsQuery['secondFactors']) {
  if (methods.includes('PASSKEY')) return 'factors.removeApp';
  return required ? 'factors.removeRequired' : 'factors.removeHint';
}
