import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { PackageFragment } from '../../../generated/graphql.js';

interface UploadResultProps {
  readonly release: PackageFragment;
  /** Computed by the browser; null while that is under way, and if it failed. */
  readonly sha256: string | null;
  readonly onNext: () => void;
}

/** The published release, with the comparison of both digests. */
export function UploadResult({
  release: { version, channel, sha256: received },
  sha256,
  onNext,
}: UploadResultProps) {
  const { t } = useTranslation();
  const matches = sha256 === null ? null : sha256 === received;
  return (
    <Stack gap="sm">
      {matches === false ? (
        <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />}>
          {t('releases.upload.mismatch')}
        </Alert>
      ) : (
        <Alert color="teal" variant="light" role="status" icon={<IconCircleCheck aria-hidden />}>
          <Text size="sm" fw={600}>
            {t('releases.upload.published', { version, channel })}
          </Text>
          <Text size="sm">{t(matches ? 'releases.upload.verified' : 'releases.upload.notVerified')}</Text>
        </Alert>
      )}
      <Button variant="default" onClick={onNext}>
        {t('releases.upload.next')}
      </Button>
    </Stack>
  );
}
