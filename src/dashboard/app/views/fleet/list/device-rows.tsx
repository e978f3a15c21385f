import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePermission } from '../../../session/session-context.js';
import type { Selection } from '../bulk/selection.js';
import { SelectListed } from '../bulk/selection-checkboxes.js';
import type { Fleet } from '../live/fleet.js';
import { type Column, gridOf } from './columns.js';
import { DeviceRow } from './device-row.js';
import classes from './list.module.css';

/** In pixels, as in list.module.css. */
const ROW_HEIGHT = 56;

interface DeviceRowsProps {
  readonly fleet: Fleet;
  /** Sorted. */
  readonly ids: readonly string[];
  readonly selection: Selection;
  readonly columns: readonly Column[];
}

/** Renders only the rows in view and a few around them. */
export function DeviceRows({ fleet, ids, selection, columns }: DeviceRowsProps) {
  const { t } = useTranslation();
  const may = usePermission();
  const isSelectable = may('DEVICES_MANAGE');
  const listed = useRef(ids);
  listed.current = ids;
  const toggle = useCallback((id: string) => selection.toggle(id, listed.current), [selection]);
  const body = useRef<HTMLUListElement>(null);
  const offset = usePageOffset(body);
  const virtualizer = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: offset,
    getItemKey: (index) => ids[index] ?? index,
  });
  return (
    <div
      data-selectable={isSelectable}
      className={classes.table}
      style={{ ['--columns' as string]: gridOf(columns, isSelectable) }}
    >
      {isSelectable && <SelectListed selection={selection} ids={ids} />}
      <div className={classes.head} aria-hidden>
        <div className={classes.row}>
          {isSelectable && <span />}
          <span>{t('fleet.list.device')}</span>
          {columns.map((column) => (
            <span key={column} className={classes[column]}>
              {t(`fleet.list.${column}`)}
            </span>
          ))}
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
          const props = { fleet, index, count: ids.length, top: start - offset, columns };
          const selectable = isSelectable ? { selection, onToggle: toggle } : {};
          return id !== undefined && <DeviceRow key={id} id={id} {...props} {...selectable} />;
        })}
      </ul>
    </div>
  );
}

/** An element's distance from the top of the page in pixels. It changes as notices above come and go. */
function usePageOffset(element: RefObject<HTMLElement | null>): number {
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const measure = () =>
      setOffset(Math.round((element.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    // Its callback runs after layout, when measuring is cheap.
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return offset;
}
