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
  /** The initial value of the channel field. */
  readonly channel: string;
  readonly onPublished: (channel: string) => void;
}

/** Publishes a package: choose a file, fill in the form, upload, verify the digest. */
export function UploadCard({ channels, channel, onPublished }: UploadCardProps) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const digest = useFileDigest(file);
  const { state, start, cancel, reset } = useUpload((release) => onPublished(release.channel));
  useLeaveGuard(state.status === 'sending');
  const clear = () => {
    reset();
    setFile(null);
  };
  const sha256 = digest && 'sha256' in digest ? digest.sha256 : null;
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
            onSubmit={(details) => void start(file, { ...details, sha256 })}
            onRemove={clear}
          />
        )}
        {file && state.status === 'sending' && (
          <UploadProgress sent={state.sent} size={file.size} rate={state.rate} onCancel={cancel} />
        )}
        {state.status === 'published' && (
          <UploadResult release={state.release} sha256={sha256} onNext={clear} />
        )}
      </Stack>
    </Card>
  );
}
