import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { PackageFragment } from '../../../generated/graphql.js';

interface PublishedProps {
  readonly release: PackageFragment;
  /** What the browser read; null while it is still being computed, and where that failed. */
  readonly sha256: string | null;
  readonly onNext: () => void;
}

/** The upload is done; whether what arrived is what was sent. */
export function UploadResult({
  release: { version, channel, sha256: arrived },
  sha256,
  onNext,
}: PublishedProps) {
  const { t } = useTranslation();
  const same = sha256 === null ? null : sha256 === arrived;
  return (
    <Stack gap="sm">
      {same === false ? (
        <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />}>
          {t('releases.upload.differs')}
        </Alert>
      ) : (
        <Alert color="teal" variant="light" role="status" icon={<IconCircleCheck aria-hidden />}>
          <Text size="sm" fw={600}>
            {t('releases.upload.published', { version, channel })}
          </Text>
          <Text size="sm">{t(same ? 'releases.upload.same' : 'releases.upload.notCompared')}</Text>
        </Alert>
      )}
      <Button variant="default" onClick={onNext}>
        {t('releases.upload.next')}
      </Button>
    </Stack>
  );
}
