import { Button, Group, ScrollArea, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { auditedActions, isAuditedAction } from '../../domain/audit/sentence-key.js';
import { SearchBox } from '../../ui/search-box.js';
import { type AuditViewFilter, isFiltered, type Kind, kinds, noFilter } from './audit-filter.js';
import { AuditParties } from './audit-parties.js';

interface AuditFiltersProps {
  readonly filter: AuditViewFilter;
  readonly onChange: (changes: Partial<AuditViewFilter>) => void;
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const { t } = useTranslation();
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const actions = auditedActions.map((value) => ({
    value,
    label: t(`auditEntry.sentences.${value}`).replace(/<\w+\/>/g, '…'),
  }));
  return (
    <Group component="search" gap="sm" aria-label={t('audit.filters')}>
      <SearchBox
        label={t('audit.search')}
        flex={1}
        miw={200}
        maw={420}
        value={filter.search}
        onChange={(search) => onChange({ search })}
      />
      <Select
        aria-label={t('audit.action')}
        placeholder={t('audit.anyAction')}
        data={actions}
        value={filter.action}
        onChange={(action) => onChange({ action: isAuditedAction(action) ? action : null })}
        clearable
        searchable
        comboboxProps={{ width: 'max-content', position: 'bottom-start', keepMounted: false }}
      />
      <Day
        name={t('audit.fromShort')}
        label={t('audit.from', { timeZone })}
        value={filter.from}
        onChange={(from) => onChange({ from })}
      />
      <Day
        name={t('audit.toShort')}
        label={t('audit.to', { timeZone })}
        value={filter.to}
        onChange={(to) => onChange({ to })}
      />
      <ScrollArea type="never">
        <SegmentedControl<Kind>
          aria-label={t('audit.kind')}
          data={kinds.map((value) => ({ value, label: t(`audit.kinds.${value}`) }))}
          value={filter.kind}
          onChange={(kind) => onChange({ kind })}
        />
      </ScrollArea>
      <AuditParties filter={filter} onChange={onChange} />
      {isFiltered(filter) && (
        <Button variant="subtle" onClick={() => onChange(noFilter)}>
          {t('audit.clear')}
        </Button>
      )}
    </Group>
  );
}

interface DayProps {
  readonly name: string;
  /** With the time zone. */
  readonly label: string;
  readonly value: string | null;
  readonly onChange: (day: string | null) => void;
}

function Day({ name, label, value, onChange }: DayProps) {
  return (
    <TextInput
      type="date"
      aria-label={label}
      title={label}
      leftSection={
        <Text size="xs" c="dimmed" aria-hidden>
          {name}
        </Text>
      }
      leftSectionWidth={52}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || null)}
    />
  );
}
