import { ActionIcon, Button, Kbd, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Opens the search; its shortcut does, too. */
export function SearchButton({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Button
        variant="default"
        visibleFrom="sm"
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={<Kbd aria-hidden>{isApple ? '⌘ K' : 'Ctrl K'}</Kbd>}
        aria-keyshortcuts={isApple ? 'Meta+K' : 'Control+K'}
        onClick={onOpen}
      >
        <Text size="sm" c="dimmed">
          {t('search.open')}
        </Text>
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        hiddenFrom="sm"
        aria-label={t('search.open')}
        onClick={onOpen}
      >
        <IconSearch size={20} aria-hidden />
      </ActionIcon>
    </>
  );
}
