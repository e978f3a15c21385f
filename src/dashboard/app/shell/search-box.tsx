import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

const TYPING_MS = 250;

interface SearchBoxProps extends Pick<TextInputProps, 'className' | 'maw'> {
  /** What it searches by. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Tells what was typed once the typing pauses. */
export function SearchBox({ label, value, onChange, ...place }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const settle = useDebouncedCallback(onChange, TYPING_MS);
  // Cleared, or gone back to: not what is being typed.
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      maxLength={128}
      {...place}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
    />
  );
}
