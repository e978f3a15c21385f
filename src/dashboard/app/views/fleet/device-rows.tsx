import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../session/session-context.js';
import { DeviceRow } from './device-row.js';
import type { Fleet } from './fleet.js';
import classes from './fleet.module.css';

/** As high as in the style sheet. */
const ROW_HEIGHT = 56;

/** A row for each device that is in sight, and for a few around. */
export function DeviceRows({ fleet, ids }: { fleet: Fleet; ids: readonly string[] }) {
  const { t } = useTranslation();
  const may = usePermission();
  const showOwner = may('devices:read');
  const body = useRef<HTMLUListElement>(null);
  const offset = useOffset(body);
  const virtualizer = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => ids[index] ?? index,
  });
  return (
    <div data-owner={showOwner} className={classes.table}>
      <div className={classes.head} aria-hidden>
        <div className={classes.row}>
          <span>{t('fleet.list.device')}</span>
          {showOwner && <span className={classes.wide}>{t('fleet.list.owner')}</span>}
          <span className={classes.wide}>{t('fleet.list.door')}</span>
          <span>{t('fleet.list.version')}</span>
          <span className={classes.seen}>{t('fleet.list.seen')}</span>
        </div>
      </div>
      <ul
        ref={body}
        aria-label={t('fleet.list.label')}
        className={classes.body}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const id = ids[index];
          const place = { fleet, index, count: ids.length, top: start - offset, showOwner };
          return id !== undefined && <DeviceRow key={id} id={id} {...place} />;
        })}
      </ul>
    </div>
  );
}

/** How far below the top of the page something is, in pixels. What is above the list comes and goes. */
function useOffset(element: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () =>
      setOffset(Math.round((element.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    // It tells after layout, when measuring costs nothing.
    const sizes = new ResizeObserver(measure);
    sizes.observe(document.body);
    return () => sizes.disconnect();
  }, [element]);
  return offset;
}
