import { VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HistoryRange } from '../../../generated/graphql.js';
import { type FleetHistory, rowsOf } from './history-series.js';
import { numberFormat, timeText } from './sample-text.js';

/** The history in words, for screen readers. */
export function HistoryTable({ history, range }: { history: FleetHistory; range: HistoryRange }) {
  const { t, i18n } = useTranslation();
  const number = numberFormat(i18n.language);
  const cell = (value: number | null) => <td>{value === null ? '' : number.format(value)}</td>;
  return (
    <VisuallyHidden>
      <table>
        <caption>{t('fleet.history.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('fleet.history.since')}</th>
            <th scope="col">{t('fleet.history.heartbeats')}</th>
            <th scope="col">{t('fleet.history.average')}</th>
            <th scope="col">{t('fleet.history.fewest')}</th>
            <th scope="col">{t('fleet.history.most')}</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(history, range).map(({ at, heartbeats, online, onlineMin, onlineMax }) => (
            <tr key={at}>
              <th scope="row">{timeText(at, range, i18n.language)}</th>
              {cell(heartbeats)}
              {cell(online)}
              {cell(onlineMin)}
              {cell(onlineMax)}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
