import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { LONGEST_CLIENT_TEXT } from '../api/limits.js';

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
  // What was told and has not come back as the value, the oldest first: more may have been typed until it does.
  const told = useRef<readonly string[]>([]);
  const settle = useDebouncedCallback((typed: string) => {
    told.current = [...told.current, typed];
    onChange(typed);
  }, TYPING_MS);
  useEffect(() => {
    const own = told.current.indexOf(value);
    told.current = own < 0 ? [] : told.current.slice(own + 1);
    // Cleared, or gone back to: not what was typed here.
    if (own < 0) setText(value);
  }, [value]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={16} aria-hidden />}
      maxLength={LONGEST_CLIENT_TEXT}
      {...place}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value.trim());
      }}
    />
  );
}
