import { Group, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowRight, IconDeviceDesktop, IconLayout, IconPackage, IconUser } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './result-list.module.css';
import type { ItemGroup, SearchItem } from './search-item.js';

const icons = {
  views: IconLayout,
  devices: IconDeviceDesktop,
  people: IconUser,
  releases: IconPackage,
  actions: IconArrowRight,
} as const satisfies Record<ItemGroup, unknown>;

interface ResultListProps {
  readonly id: string;
  readonly items: readonly SearchItem[];
  /** How many of the first items were opened before. */
  readonly recent: number;
  readonly active: number;
  readonly onOpen: (item: SearchItem) => void;
}

/** The items of a search, by group. The input keeps the focus, and names the active item. */
export function ResultList({ id, items, recent, active, onOpen }: ResultListProps) {
  const { t } = useTranslation();
  const groupAt = (index: number) => (index < recent ? 'recent' : items[index]?.group);
  return (
    <div id={id} role="listbox" aria-label={t('search.results')} className={classes.list}>
      {items.map((item, index) => {
        const group = groupAt(index);
        return (
          <div key={`${group} ${item.to} ${item.label}`} role="presentation">
            {group && group !== groupAt(index - 1) && (
              <Text size="xs" c="dimmed" fw={600} className={classes.group} aria-hidden>
                {t(`search.groups.${group}`)}
              </Text>
            )}
            <Result
              id={`${id}-${index}`}
              item={item}
              group={group ? t(`search.groups.${group}`) : ''}
              isActive={index === active}
              onOpen={() => onOpen(item)}
            />
          </div>
        );
      })}
    </div>
  );
}

interface ResultProps {
  readonly id: string;
  readonly item: SearchItem;
  readonly group: string;
  readonly isActive: boolean;
  readonly onOpen: () => void;
}

function Result({ id, item: { group: kind, label, note }, group, isActive, onOpen }: ResultProps) {
  const Icon = icons[kind];
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [isActive]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input handles the keys of the list.
    <div
      ref={ref}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className={classes.item}
      onClick={onOpen}
    >
      <Group gap="sm" wrap="nowrap">
        <Icon size={18} stroke={1.6} aria-hidden style={{ flex: 'none' }} />
        <Text size="sm" truncate flex={1} title={label}>
          {label}
        </Text>
        <VisuallyHidden>{group}</VisuallyHidden>
        {note && (
          <Text size="xs" c="dimmed" truncate maw="40%" title={note}>
            {note}
          </Text>
        )}
      </Group>
    </div>
  );
}
