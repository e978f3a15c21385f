import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Digest } from '../../../ui/digest.js';
import type { DigestMessage } from './sha256.worker.js';

/** The progress of computing a file's digest, then the digest. @param size of the file in bytes. */
export function DigestProgress({ digest, size }: { digest: DigestMessage | null; size: number }) {
  const { t, i18n } = useTranslation();
  if (!digest) return null;
  if ('sha256' in digest) return <Digest sha256={digest.sha256} />;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent' });
  return (
    <Text size="xs" c="dimmed">
      {'hashed' in digest
        ? t('releases.upload.hashing', { share: percent.format(size === 0 ? 0 : digest.hashed / size) })
        : t('releases.upload.unreadable')}
    </Text>
  );
}
