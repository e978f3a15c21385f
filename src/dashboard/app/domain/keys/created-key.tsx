import { Alert, Button, CopyButton, Group, Stack, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** A new key, which only this page has. */
export function CreatedKey({ token, onDone }: { token: string; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Alert color="orange" variant="light">
        {t('keys.copyNow')}
      </Alert>
      <TextInput
        label={t('keys.key')}
        readOnly
        value={token}
        onFocus={(event) => event.currentTarget.select()}
        data-autofocus
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onDone}>
          {t('keys.done')}
        </Button>
        <CopyButton value={token}>
          {({ copied, copy }) => (
            <Button
              leftSection={copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? 'ui.copied' : 'keys.copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}
