import { useLayoutEffect } from 'react';
import { useLocation, useNavigationType } from 'react-router';

/** What is shown comes from the gateway: so long a page that is gone back to may take to be as long as it was. */
const PATIENCE_MS = 10_000;

/** How far each entry of the browser's history was scrolled, in pixels. */
const positions = new Map<string, number>();

/** A new page begins at its top, focused where the link to it is gone; one gone back to is as it was. */
export function useScrollRestoration(): void {
  const { key } = useLocation();
  const way = useNavigationType();
  useLayoutEffect(() => {
    if (way === 'PUSH') beginAtTop();
    const top = positions.get(key);
    return way === 'POP' && top !== undefined ? scrollOnceLongEnough(top) : undefined;
  }, [key, way]);
  useLayoutEffect(() => {
    const remember = () => positions.set(key, window.scrollY);
    window.addEventListener('scroll', remember);
    return () => window.removeEventListener('scroll', remember);
  }, [key]);
}

function beginAtTop(): void {
  window.scrollTo(0, 0);
  if (document.activeElement !== document.body) return;
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** Unless somebody scrolls first. @returns gives up. */
function scrollOnceLongEnough(top: number): () => void {
  const stop = new AbortController();
  const sizes = new ResizeObserver(() => {
    window.scrollTo(0, top);
    if (Math.abs(window.scrollY - top) < 1) stop.abort();
  });
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  for (const type of ['wheel', 'touchstart', 'keydown', 'mousedown']) {
    window.addEventListener(type, () => stop.abort(), { signal: stop.signal });
  }
  stop.signal.addEventListener('abort', () => {
    sizes.disconnect();
    clearTimeout(timer);
  });
  sizes.observe(document.body);
  return () => stop.abort();
}
