import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Ago } from '../../time/ago.js';

interface FactorSummaryProps {
  readonly name: string;
  /** Whether its provider keeps a copy. */
  readonly backedUp?: boolean;
  /** ISO text, as is the next one. */
  readonly addedAt: string;
  readonly lastUsedAt: string | null;
}

/** The name of a passkey or an app, with when it was added and used. */
export function FactorSummary({ name, backedUp = false, addedAt, lastUsedAt }: FactorSummaryProps) {
  const { t } = useTranslation();
  return (
    <Stack gap={2} miw={0}>
      <Group gap={6}>
        <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
        {backedUp && <Badge variant="light">{t('passkeys.backedUp')}</Badge>}
      </Group>
      <Text size="xs" c="dimmed">
        {t('passkeys.addedAt')} <Ago at={addedAt} /> ·{' '}
        {lastUsedAt ? (
          <>
            {t('passkeys.lastUsed')} <Ago at={lastUsedAt} />
          </>
        ) : (
          t('passkeys.neverUsed')
        )}
      </Text>
    </Stack>
  );
}
