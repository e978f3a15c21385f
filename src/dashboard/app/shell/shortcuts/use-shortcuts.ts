import { useEffect, useRef } from 'react';

/** How long a key waits for the next one of its sequence. */
const SEQUENCE_MS = 1500;

interface Shortcuts {
  readonly onSearch: () => void;
  readonly onHelp: () => void;
  /** The key after `g`. @returns whether it opens a view. */
  readonly onGo: (key: string) => boolean;
}

/**
 * The shortcuts of all pages: Ctrl-K or Cmd-K, `?`, and `g` with another key. Single keys do nothing while the user
 * types, or while a dialog is open.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    let pressedGAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      const { onSearch, onHelp, onGo } = latest.current;
      if (event.isComposing || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onSearch();
        return;
      }
      if (event.ctrlKey || event.metaKey || isTyping(event.target) || isDialogOpen()) return;
      const followsG = event.timeStamp - pressedGAt < SEQUENCE_MS;
      pressedGAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (event.key === '?') onHelp();
      else if (followsG && onGo(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isDialogOpen = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null;
