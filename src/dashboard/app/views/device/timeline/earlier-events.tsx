import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface EarlierEventsProps {
  /** The number of events loaded so far. */
  readonly loaded: number;
  readonly onLoad: () => void;
  readonly loading: boolean;
}

/** Says that the time range has earlier events, and loads some of them. */
export function EarlierEvents({ loaded, onLoad, loading }: EarlierEventsProps) {
  const { t } = useTranslation();
  return (
    <Group justify="center" gap="xs" mt="sm">
      <Text size="sm" c="dimmed">
        {t('device.latestLoaded', { count: loaded })}
      </Text>
      <Button variant="subtle" size="compact-sm" loading={loading} onClick={onLoad}>
        {t('device.loadEarlier')}
      </Button>
    </Group>
  );
}
