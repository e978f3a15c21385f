import { Pill } from '@mantine/core';

interface FilterPillProps {
  readonly text: string;
  /** What dropping it shows. */
  readonly dropLabel: string;
  readonly onDrop: () => void;
}

/** A filter that an address brought along: said in words, and to be dropped. */
export function FilterPill({ text, dropLabel, onDrop }: FilterPillProps) {
  return (
    <Pill
      size="lg"
      title={text}
      withRemoveButton
      onRemove={onDrop}
      // In an input of pills, where it usually is, another key removes them.
      removeButtonProps={{ 'aria-label': dropLabel, 'aria-hidden': false, tabIndex: 0 }}
    >
      {text}
    </Pill>
  );
}
