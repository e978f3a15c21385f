import { useLayoutEffect } from 'react';
import { useLocation, useNavigationType } from 'react-router';

/** A view loads its data first, and only then is long enough to scroll. */
const TIMEOUT_MS = 10_000;

/** The scroll offset in pixels of each entry of the browser's history. */
const offsets = new Map<string, number>();

/** Opens a new view at its top, with the focus in it, and restores the scroll offset on Back and Forward. */
export function useScrollRestoration(): void {
  const { key } = useLocation();
  const navigationType = useNavigationType();
  useLayoutEffect(() => {
    if (navigationType === 'PUSH') startAtTop();
    const offset = offsets.get(key);
    return navigationType === 'POP' && offset !== undefined ? scrollWhenLongEnough(offset) : undefined;
  }, [key, navigationType]);
  useLayoutEffect(() => {
    const remember = () => offsets.set(key, window.scrollY);
    window.addEventListener('scroll', remember);
    return () => window.removeEventListener('scroll', remember);
  }, [key]);
}

/** The focus moves only when its element, such as a link of the previous view, is gone. */
function startAtTop(): void {
  window.scrollTo(0, 0);
  if (document.activeElement !== document.body) return;
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** Scrolls once the page is long enough, unless the user scrolls first. @returns a function that cancels. */
function scrollWhenLongEnough(offset: number): () => void {
  const stop = new AbortController();
  const observer = new ResizeObserver(() => {
    window.scrollTo(0, offset);
    if (Math.abs(window.scrollY - offset) < 1) stop.abort();
  });
  const timer = setTimeout(() => stop.abort(), TIMEOUT_MS);
  for (const type of ['wheel', 'touchstart', 'keydown', 'mousedown']) {
    window.addEventListener(type, () => stop.abort(), { signal: stop.signal });
  }
  stop.signal.addEventListener('abort', () => {
    observer.disconnect();
    clearTimeout(timer);
  });
  observer.observe(document.body);
  return () => stop.abort();
}
