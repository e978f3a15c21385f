import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMutation } from 'urql';
import { failureOf } from '../../../api/failure.js';
import { IssueDeviceCredentialsDocument } from '../../../generated/graphql.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { IssuedCredentials } from './issued-credentials.js';

/** Issues credentials of devices by their ids, to be downloaded once. */
export function IssueForm() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [{ data, error, fetching }, issue] = useMutation(IssueDeviceCredentialsDocument);
  const failure = error ? failureOf(error) : null;
  const isWrong = failure?.field === 'deviceIds';
  const credentials = data?.issueDeviceCredentials.credentials;
  const deviceIds = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void issue({ input: { deviceIds } });
  };
  if (credentials) {
    return (
      <Stack gap="sm">
        <IssuedCredentials credentials={credentials} />
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {failure && !isWrong && <FailureAlert failure={failure} />}
        <Text size="sm" c="dimmed">
          {t('fleet.add.idsHint')}
        </Text>
        <Textarea
          label={t('fleet.add.ids')}
          value={text}
          error={isWrong && t('fleet.add.wrongIds')}
          autosize
          minRows={4}
          maxRows={12}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={fetching} disabled={deviceIds.length === 0}>
            {t('fleet.add.issue')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
