import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** A shortened SHA-256, with the whole one as tooltip and to copy. */
export function Digest({ sha256 }: { sha256: string }) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      <Code title={sha256}>{`${sha256.slice(0, 12)}…`}</Code>
      <CopyButton value={sha256}>
        {({ copied, copy }) => {
          const label = t(copied ? 'ui.copied' : 'ui.copyDigest');
          const Icon = copied ? IconCheck : IconCopy;
          return (
            <Tooltip label={label}>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={copy}>
                <Icon size={14} aria-hidden />
              </ActionIcon>
            </Tooltip>
          );
        }}
      </CopyButton>
    </Group>
  );
}
