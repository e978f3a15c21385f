import { Button, Group, Table, Text, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { duration } from '../../time/duration.js';
import { exactTime } from '../../time/format.js';
import { EmptyState } from '../../ui/empty-state.js';
import { intervalKind, useIntervalLabel } from './interval-label.js';
import type { PresenceInterval } from './presence-intervals.js';
import classes from './timeline.module.css';

const SHOWN_AT_FIRST = 10;

/** The timeline in words, the latest first. */
export function TimelineTable({ stretches }: { stretches: readonly PresenceInterval[] }) {
  const { t, i18n } = useTranslation();
  const text = useIntervalLabel();
  const [all, setAll] = useState(false);
  if (stretches.length === 0) return <EmptyState>{t('device.noHistory')}</EmptyState>;
  const latestFirst = stretches.toReversed();
  const shown = all ? latestFirst : latestFirst.slice(0, SHOWN_AT_FIRST);
  return (
    <>
      <Table verticalSpacing={8} horizontalSpacing="xs">
        <VisuallyHidden component="caption">{t('device.timeline')}</VisuallyHidden>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('device.state')}</Table.Th>
            <Table.Th>{t('device.since')}</Table.Th>
            <Table.Th ta="right">{t('device.lasted')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((stretch) => (
            <Table.Tr key={stretch.from}>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <span className={classes.swatch} data-kind={intervalKind(stretch)} aria-hidden />
                  <Text inherit miw="4em">
                    {text(stretch)}
                  </Text>
                </Group>
              </Table.Td>
              <Table.Td>
                <Text component="time" inherit dateTime={new Date(stretch.from).toISOString()}>
                  {exactTime(new Date(stretch.from), i18n.language)}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{duration(stretch.to - stretch.from, i18n.language)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < stretches.length && (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => setAll(true)}
          style={{ alignSelf: 'center' }}
        >
          {t('device.showAll', { count: stretches.length })}
        </Button>
      )}
    </>
  );
}
