import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { duration } from '../../../time/duration.js';
import { byteSize } from '../../../ui/byte-size.js';

interface UploadProgressProps {
  /** In bytes, like `size`. */
  readonly sent: number;
  readonly size: number;
  /** Bytes per second; null while unknown. */
  readonly rate: number | null;
  readonly onCancel: () => void;
}

export function UploadProgress({ sent, size, rate, onCancel }: UploadProgressProps) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const percent = size === 0 ? 100 : (sent / size) * 100;
  return (
    <Stack gap={6}>
      <Progress.Root size="lg">
        <Progress.Section value={percent} animated aria-label={t('releases.upload.progress')} />
      </Progress.Root>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {t('releases.upload.sent', { sent: byteSize(sent, language), size: byteSize(size, language) })}
        </Text>
        <Text size="sm" c="dimmed">
          {sent >= size ? t('releases.upload.finishing') : pace(rate)}
        </Text>
      </Group>
      <Button variant="default" onClick={onCancel}>
        {t('releases.upload.cancel')}
      </Button>
    </Stack>
  );

  function pace(rate: number | null): string {
    if (!rate) return '';
    const left = duration(((size - sent) / rate) * 1000, language);
    return `${byteSize(rate, language, true)} · ${t('releases.upload.left', { left })}`;
  }
}
