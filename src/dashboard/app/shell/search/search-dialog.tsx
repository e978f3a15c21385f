import { Modal, Text, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { LONGEST_CLIENT_TEXT } from '../../api/limits.js';
import { useViewer } from '../../session/session-context.js';
import { recentItems, rememberItem } from './recent.js';
import { ResultList } from './result-list.js';
import type { SearchItem } from './search-item.js';
import { useSearchItems } from './use-search-items.js';

const DEBOUNCE_MS = 200;

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
  const navigate = useNavigate();
  const { user } = useViewer();
  const listId = useId();
  const [text, setText] = useState('');
  const [term] = useDebouncedValue(text.trim(), DEBOUNCE_MS);
  const [recent] = useState(() => recentItems(user.id));
  const { items: found, fetching } = useSearchItems(term);
  const [chosen, setChosen] = useState(0);
  const items = term === '' ? [...recent, ...found] : found;
  const active = Math.min(chosen, items.length - 1);
  const open = (item: SearchItem | undefined) => {
    if (!item) return;
    if (item.group !== 'actions' && item.group !== 'views') rememberItem(user.id, item);
    onClose();
    void navigate(item.to);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // An input method uses the same keys while it composes.
    if (event.nativeEvent.isComposing) return;
    if (step !== undefined && items.length > 0) {
      event.preventDefault();
      setChosen((active + step + items.length) % items.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      // The results of an earlier text may still be shown.
      if (term === text.trim() && !fetching) open(items[active]);
    }
  };
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
        onChange={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
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
      <ResultList
        id={listId}
        items={items}
        recent={term === '' ? recent.length : 0}
        active={active}
        onOpen={open}
      />
    </>
  );
}
