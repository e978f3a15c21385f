import '@mantine/dropzone/styles.css';
import { Card, Stack, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DropArea } from './drop-area.js';
import { UploadForm } from './upload-form.js';
import { UploadProgress } from './upload-progress.js';
import { UploadResult } from './upload-result.js';
import { useFileDigest } from './use-file-digest.js';
import { useLeaveGuard } from './use-leave-guard.js';
import { useUpload } from './use-upload.js';

interface UploadCardProps {
  readonly channels: readonly string[];
  /** The one to suggest. */
  readonly channel: string;
  readonly onPublished: (channel: string) => void;
}

/** Where a new package comes in: dropped or chosen, described, sent, compared. */
export function UploadCard({ channels, channel, onPublished }: UploadCardProps) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const digest = useFileDigest(file);
  const { state, start, cancel, reset } = useUpload((release) => onPublished(release.channel));
  useLeaveGuard(state.status === 'sending');
  const forget = () => {
    reset();
    setFile(null);
  };
  const known = digest && 'sha256' in digest ? digest.sha256 : null;
  return (
    <Card padding="md" component="section" aria-label={t('releases.upload.title')}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('releases.upload.title')}
        </Title>
        {!file && <DropArea onFile={setFile} />}
        {file && state.status !== 'published' && (
          <UploadForm
            file={file}
            digest={digest}
            channels={channels}
            channel={channel}
            failure={state.status === 'idle' ? state.failure : null}
            busy={state.status === 'sending'}
            onSubmit={(input) => void start(file, { ...input, sha256: known })}
            onForget={forget}
          />
        )}
        {file && state.status === 'sending' && (
          <UploadProgress sent={state.sent} size={file.size} rate={state.rate} onCancel={cancel} />
        )}
        {state.status === 'published' && (
          <UploadResult release={state.release} sha256={known} onNext={forget} />
        )}
      </Stack>
    </Card>
  );
}
