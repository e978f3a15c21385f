import { Avatar } from '@mantine/core';

/** The first character of a name. Hidden from screen readers, since the name is next to it. */
export function PersonAvatar({ name }: { name: string }) {
  const [first = ''] = name;
  return (
    <Avatar size={32} color="indigo" aria-hidden visibleFrom="xs">
      {first.toUpperCase()}
    </Avatar>
  );
}
