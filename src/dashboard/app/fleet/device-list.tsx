import { Button, Card, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../feedback/empty.js';
import { Loading } from '../feedback/loading.js';
import { usePermission } from '../session/session-context.js';
import { DeviceRow } from './device-row.js';
import { type Fleet, type FleetView, MOST_ROWS } from './fleet.js';
import classes from './fleet.module.css';
import { everything, type FleetFilter, isNarrowed } from './fleet-filter.js';

interface DeviceListProps {
  readonly fleet: Fleet;
  readonly view: FleetView;
  readonly filter: FleetFilter;
  readonly onClear: (everything: FleetFilter) => void;
}

/** The devices by name; of thousands, only those in sight are in the page. */
export function DeviceList({ fleet, view, filter, onClear }: DeviceListProps) {
  const { t } = useTranslation();
  const ids = useSyncExternalStore(fleet.onFrame, () => fleet.table.select(filter.presence));
  return (
    <Card padding={0} className={classes.list}>
      <ListState view={view} shown={ids.length} />
      {ids.length > 0 ? (
        <Rows fleet={fleet} ids={ids} />
      ) : view.loading ? (
        <Loading />
      ) : (
        !view.failure && (
          <Empty>
            {isNarrowed(filter) ? (
              <>
                {t('fleet.list.noMatch')}{' '}
                <Button variant="subtle" size="compact-sm" onClick={() => onClear(everything)}>
                  {t('fleet.filters.clear')}
                </Button>
              </>
            ) : (
              t('fleet.list.none')
            )}
          </Empty>
        )
      )}
    </Card>
  );
}

function ListState({ view: { loaded, loading, counts }, shown }: { view: FleetView; shown: number }) {
  const { t, i18n } = useTranslation();
  const amounts = {
    loaded: loaded.toLocaleString(i18n.language),
    total: (counts?.total ?? loaded).toLocaleString(i18n.language),
  };
  const more = !loading && loaded >= MOST_ROWS && (counts?.total ?? 0) > loaded;
  return (
    <div className={classes.listState}>
      <Text size="sm" fw={600}>
        {t('fleet.list.shown', { count: shown })}
      </Text>
      {loading && loaded > 0 && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.loading', amounts)}
        </Text>
      )}
      {more && (
        <Text size="sm" c="dimmed">
          {t('fleet.list.most', amounts)}
        </Text>
      )}
    </div>
  );
}

/** As high as in the style sheet. */
const ROW_HEIGHT = 56;

function Rows({ fleet, ids }: { fleet: Fleet; ids: readonly string[] }) {
  const { t } = useTranslation();
  const may = usePermission();
  const showOwner = may('devices:read');
  const body = useRef<HTMLUListElement>(null);
  const [offset, setOffset] = useState(0);
  // What is above the list grows and shrinks with notices.
  useLayoutEffect(() => {
    const top = (body.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    setOffset(Math.round(top));
  });
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
