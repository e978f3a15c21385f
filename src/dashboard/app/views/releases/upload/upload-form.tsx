import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconFile, IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure } from '../../../api/failure.js';
import { LONGEST_RELEASE_TEXT } from '../../../api/limits.js';
import { byteSize } from '../../../ui/byte-size.js';
import { FailureAlert } from '../../../ui/failure-alert.js';
import { DigestProgress } from './digest-progress.js';
import type { PackageDetails } from './send-package.js';
import type { DigestMessage } from './sha256.worker.js';
import { isFieldError, useFieldError } from './use-field-error.js';

interface UploadFormProps {
  readonly file: File;
  readonly digest: DigestMessage | null;
  readonly channels: readonly string[];
  readonly channel: string;
  readonly failure: Failure | null;
  readonly busy: boolean;
  readonly onSubmit: (details: Omit<PackageDetails, 'sha256'>) => void;
  /** Removes the file. */
  readonly onRemove: () => void;
}

/** The version, channel and release notes of a package. */
export function UploadForm({
  file,
  digest,
  channels,
  channel,
  failure,
  busy,
  onSubmit,
  onRemove,
}: UploadFormProps) {
  const { t, i18n } = useTranslation();
  const [fields, setFields] = useState({ channel, version: '', notes: '' });
  const change = (changed: Partial<typeof fields>) => setFields((before) => ({ ...before, ...changed }));
  const errorAt = useFieldError(failure);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit(fields);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <IconFile size={20} stroke={1.6} aria-hidden />
          <Stack gap={0} flex={1} miw={0}>
            <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
              {file.name}
            </Text>
            <Text size="xs" c="dimmed">
              {byteSize(file.size, i18n.language)}
            </Text>
            <DigestProgress digest={digest} size={file.size} />
          </Stack>
          {!busy && (
            <Tooltip label={t('releases.upload.remove')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('releases.upload.remove')}
                onClick={onRemove}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </Group>
        {errorAt('file') && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {errorAt('file')}
          </Text>
        )}
        {failure && !isFieldError(failure) && <FailureAlert failure={failure} />}
        <TextInput
          label={t('releases.version')}
          description={t('releases.upload.versionHint')}
          required
          withAsterisk={false}
          autoComplete="off"
          disabled={busy}
          value={fields.version}
          error={errorAt('version')}
          onChange={(event) => change({ version: event.currentTarget.value })}
          data-autofocus
        />
        <Autocomplete
          label={t('releases.channel')}
          required
          withAsterisk={false}
          data={[...channels]}
          disabled={busy}
          value={fields.channel}
          error={errorAt('channel')}
          onChange={(channel) => change({ channel })}
        />
        <Textarea
          label={t('releases.notes')}
          autosize
          minRows={2}
          maxRows={8}
          maxLength={LONGEST_RELEASE_TEXT}
          disabled={busy}
          value={fields.notes}
          error={errorAt('notes')}
          onChange={(event) => change({ notes: event.currentTarget.value })}
        />
        {!busy && <Button type="submit">{t('releases.upload.submit')}</Button>}
      </Stack>
    </form>
  );
}
