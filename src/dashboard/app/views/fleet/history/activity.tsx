import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/section.js';
import type { Fleet } from '../live/fleet.js';
import type { HeartbeatFeed } from '../live/heartbeat-feed.js';
import { activityRanges, LIVE, useActivityRange } from './activity-range.js';
import { HeartbeatChart } from './heartbeat-chart.js';
import { History } from './history.js';

interface ActivityProps {
  readonly fleet: Fleet;
  readonly feed: HeartbeatFeed;
  /** Whether the fleet is not filtered: the charts are of all devices. */
  readonly isWhole: boolean;
}

/** Charts of the fleet over the time range that the user chooses. */
export function Activity({ fleet, feed, isWhole }: ActivityProps) {
  const { t } = useTranslation();
  const [range, choose] = useActivityRange();
  return (
    <Section
      title={t('fleet.history.title')}
      link={
        <SegmentedControl
          aria-label={t('fleet.history.range')}
          size="xs"
          data={activityRanges.map((value) => ({ value, label: t(`fleet.history.ranges.${value}`) }))}
          value={range}
          onChange={choose}
        />
      }
    >
      {range === LIVE ? (
        <HeartbeatChart feed={feed} />
      ) : (
        <History range={range} fleet={fleet} feed={feed} isWhole={isWhole} />
      )}
    </Section>
  );
}
