import { Card } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ActionEntry } from '../../../domain/device-actions/action-entry.js';
import { EntryList } from '../../../ui/lists/entry-list.js';
import type { RecentActions as Actions } from './use-recent-actions.js';

/** Actions under way, and those that ended while the page was open. */
export function RecentActions({ actions, update, dismiss }: Actions) {
  const { t } = useTranslation();
  if (actions.length === 0) return null;
  return (
    <Card padding="md" component="section" aria-label={t('deviceActions.title')}>
      <EntryList>
        {actions.map((action) => (
          <ActionEntry
            key={action.id}
            action={action}
            onChanged={update}
            onDismiss={() => dismiss(action.id)}
          />
        ))}
      </EntryList>
    </Card>
  );
}
