import { Modal, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST_CLIENT_TEXT } from '../../api/limits.js';
import { ResultList } from './result-list.js';
import { useSearch } from './use-search.js';

interface SearchDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Finds devices, people, releases and views from anywhere. */
export function SearchDialog({ opened, onClose }: SearchDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={t('search.open')} size="lg" yOffset="10vh">
      <Search onClose={onClose} />
    </Modal>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const listId = useId();
  const { text, type, items, recent, active, fetching, open, onKeyDown } = useSearch(onClose);
  const status =
    items.length > 0
      ? t('search.found', { count: items.length })
      : t(fetching ? 'search.searching' : 'search.none');
  return (
    <>
      <TextInput
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={items.length > 0 ? `${listId}-${active}` : undefined}
        aria-label={t('search.placeholder')}
        placeholder={t('search.placeholder')}
        leftSection={<IconSearch size={16} aria-hidden />}
        maxLength={LONGEST_CLIENT_TEXT}
        data-autofocus
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Text size="xs" c="dimmed" my="xs">
        {t('search.hint')}
      </Text>
      <div role="status">
        {items.length > 0 ? (
          <VisuallyHidden>{status}</VisuallyHidden>
        ) : (
          <Text size="sm" c="dimmed">
            {status}
          </Text>
        )}
      </div>
      <ResultList id={listId} items={items} recent={recent} active={active} onOpen={open} />
    </>
  );
}
