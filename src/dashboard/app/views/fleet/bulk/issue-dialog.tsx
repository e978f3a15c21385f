import { Alert, Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient, useQuery } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { MOST_CREDENTIALS } from '../../../api/limits.js';
import { type DeviceFilter, PresenceSummaryDocument } from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { shownOnce } from '../../../ui/shown-once.js';
import { IssuedCredentials } from '../add-devices/issued-credentials.js';
import { type Issued, issueCredentials } from './issue-credentials.js';

interface IssueDialogProps {
  readonly filter: DeviceFilter;
  readonly onClose: () => void;
}

/** Issues credentials of the selected devices, to be downloaded once. */
export function IssueDialog({ filter, onClose }: IssueDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} {...shownOnce} title={t('fleet.bulk.issue')}>
      <IssueSelected filter={filter} onClose={onClose} />
    </Modal>
  );
}

function IssueSelected({ filter, onClose }: IssueDialogProps) {
  const { t } = useTranslation();
  const client = useClient();
  const [{ data, error }] = useQuery({ query: PresenceSummaryDocument, variables: { filter } });
  const [pending, setPending] = useState(false);
  const [issued, setIssued] = useState<Issued | null>(null);
  const count = data?.presenceSummary.total ?? null;
  const failure = issued?.failure ?? (error ? failureOf(error) : null);
  const isTooMany = count !== null && count > MOST_CREDENTIALS;
  const issue = async () => {
    setPending(true);
    setIssued(await issueCredentials(client, filter));
    setPending(false);
  };
  const skipped = issued?.skipped ?? 0;
  return (
    <Stack gap="sm">
      {failure && <FailureAlert failure={failure} />}
      {skipped > 0 && (
        <Alert color="gray" variant="light">
          {t('fleet.bulk.withoutId', { count: skipped })}
        </Alert>
      )}
      {issued && issued.credentials.length > 0 ? (
        <IssuedCredentials credentials={issued.credentials} />
      ) : (
        <>
          {count === null && !failure && <Loader size="sm" />}
          {count !== null && (
            <Text size="sm">
              {isTooMany
                ? t('fleet.bulk.tooMany', { most: MOST_CREDENTIALS })
                : t('fleet.bulk.issueHint', { count })}
            </Text>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('ui.cancel')}
            </Button>
            <Button loading={pending} disabled={!count || isTooMany} onClick={() => void issue()}>
              {t('fleet.add.issue')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
