import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { LONGEST_CLIENT_TEXT } from '../api/limits.js';

const DEBOUNCE_MS = 250;

interface SearchBoxProps extends Pick<TextInputProps, 'className' | 'flex' | 'miw' | 'maw'> {
  /** Both label and placeholder. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A search input that reports the typed text, trimmed, once typing pauses. */
export function SearchBox({ label, value, onChange, ...layout }: SearchBoxProps) {
  const [text, setText] = useState(value);
  // Reported values that have not come back as `value`, oldest first: typing may continue meanwhile.
  const pending = useRef<readonly string[]>([]);
  const report = useDebouncedCallback((typed: string) => {
    pending.current = [...pending.current, typed];
    onChange(typed);
  }, DEBOUNCE_MS);
  useEffect(() => {
    const index = pending.current.indexOf(value);
    pending.current = index < 0 ? [] : pending.current.slice(index + 1);
    // Changed from outside: by "Clear filters" or the browser's Back.
    if (index < 0) setText(value);
  }, [value]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      maxLength={LONGEST_CLIENT_TEXT}
      {...layout}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        report(event.currentTarget.value.trim());
      }}
    />
  );
}
