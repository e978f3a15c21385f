import { Group, Text } from '@mantine/core';
import icon from './icon.svg';

export function Brand() {
  return (
    <Group gap={10} wrap="nowrap">
      <img src={icon} width={26} height={26} alt="" />
      <Text fw={650} size="lg" lh={1} className="brand-name">
        Gatehouse
      </Text>
    </Group>
  );
}
