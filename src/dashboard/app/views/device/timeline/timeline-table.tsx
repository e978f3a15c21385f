import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../../../time/duration.js';
import { exactTime, timeOfDay } from '../../../time/format.js';
import { EmptyState } from '../../../ui/empty-state.js';
import { intervalKind, useIntervalLabel } from './interval-label.js';
import type { PresenceInterval } from './presence-intervals.js';
import classes from './timeline.module.css';

const INITIAL_ROWS = 10;

interface TimelineTableProps {
  readonly intervals: readonly PresenceInterval[];
  /** Whether times need no date. */
  readonly isOfOneDay: boolean;
}

/** Intervals as a table, latest first. */
export function TimelineTable({ intervals, isOfOneDay }: TimelineTableProps) {
  const { t, i18n } = useTranslation();
  const label = useIntervalLabel();
  const [showAll, setShowAll] = useState(false);
  if (intervals.length === 0) return <EmptyState>{t('device.noHistory')}</EmptyState>;
  const latestFirst = intervals.toReversed();
  const shown = showAll ? latestFirst : latestFirst.slice(0, INITIAL_ROWS);
  return (
    <>
      <Table verticalSpacing={8} horizontalSpacing="xs">
        <VisuallyHidden component="caption">{t('device.timeline')}</VisuallyHidden>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('device.state')}</Table.Th>
            <Table.Th>{t('device.since')}</Table.Th>
            <Table.Th ta="right">{t('device.duration')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((interval) => (
            <Table.Tr key={interval.from}>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <span className={classes.swatch} data-kind={intervalKind(interval)} aria-hidden />
                  <Text inherit miw="4em">
                    {label(interval)}
                  </Text>
                </Group>
              </Table.Td>
              <Table.Td>
                <Text component="time" inherit dateTime={new Date(interval.from).toISOString()}>
                  {(isOfOneDay ? timeOfDay : exactTime)(new Date(interval.from), i18n.language)}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{duration(interval.to - interval.from, i18n.language)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < intervals.length && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setShowAll(true)}
          style={{ alignSelf: 'center' }}
        >
          {t('device.showAll', { count: intervals.length })}
        </Button>
      )}
    </>
  );
}
