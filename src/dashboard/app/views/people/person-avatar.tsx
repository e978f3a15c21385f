import { Avatar } from '@mantine/core';

/** The first character of a name, for the eye only: the name is beside it. */
export function PersonAvatar({ name }: { name: string }) {
  const [first = ''] = name;
  return (
    <Avatar size={32} color="indigo" aria-hidden visibleFrom="xs">
      {first.toUpperCase()}
    </Avatar>
  );
}
