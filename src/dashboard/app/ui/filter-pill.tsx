import { Pill } from '@mantine/core';

interface FilterPillProps {
  readonly text: string;
  /** For screen readers. */
  readonly removeLabel: string;
  readonly onRemove: () => void;
}

/** A filter that comes from the address and has no input, with a button to remove it. */
export function FilterPill({ text, removeLabel, onRemove }: FilterPillProps) {
  return (
    <Pill
      size="lg"
      title={text}
      withRemoveButton
      onRemove={onRemove}
      // Mantine hides the button from the keyboard, because its PillsInput removes pills by Backspace.
      removeButtonProps={{ 'aria-label': removeLabel, 'aria-hidden': false, tabIndex: 0 }}
    >
      {text}
    </Pill>
  );
}
