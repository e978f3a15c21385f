import { useDebouncedValue } from '@mantine/hooks';
import { type KeyboardEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { useViewer } from '../../session/session-context.js';
import { recentItems, rememberItem } from './recent.js';
import type { SearchItem } from './search-item.js';
import { useSearchItems } from './use-search-items.js';

const DEBOUNCE_MS = 200;

/** The state of the search: its text, its results, and the one that the keyboard has chosen. */
export function useSearch(onClose: () => void) {
  const navigate = useNavigate();
  const { user } = useViewer();
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
  return {
    text,
    type: (typed: string) => {
      setText(typed);
      setChosen(0);
    },
    items,
    /** How many of the items were opened before. */
    recent: term === '' ? recent.length : 0,
    active,
    fetching,
    open,
    onKeyDown,
  };
}
