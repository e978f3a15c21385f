import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './bulk.module.css';
import { type Selection, useIsSelected, useSelected } from './selection.js';

interface SelectDeviceProps {
  readonly selection: Selection;
  readonly id: string;
  readonly name: string;
  readonly onToggle: (id: string) => void;
}

export function SelectDevice({ selection, id, name, onToggle }: SelectDeviceProps) {
  const { t } = useTranslation();
  const isSelected = useIsSelected(selection, id);
  return (
    <Checkbox
      size="xs"
      className={classes.select}
      // The label covers the whole height of the row: a finger that misses the box must not open the device.
      classNames={{
        body: classes.selectBody ?? '',
        inner: classes.selectBox ?? '',
        label: classes.selectLabel ?? '',
      }}
      label={<span />}
      aria-label={t('fleet.bulk.select', { name })}
      checked={isSelected}
      onChange={() => onToggle(id)}
    />
  );
}

/** Selects the listed devices, or none. */
export function SelectListed({ selection, ids }: { selection: Selection; ids: readonly string[] }) {
  const { t } = useTranslation();
  const selected = useSelected(selection);
  const isAll = selected === 'all' || (selected > 0 && selected >= ids.length);
  return (
    <Checkbox
      className={classes.selectListed}
      size="xs"
      label={t('fleet.bulk.selectListed')}
      checked={isAll}
      indeterminate={!isAll && selected > 0}
      onChange={() => (selected === 0 ? selection.selectListed(ids) : selection.clear())}
    />
  );
}
