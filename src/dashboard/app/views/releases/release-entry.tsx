import { Badge, Box, Button, Group, Spoiler, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { PackageFragment } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { byteSize } from '../../ui/byte-size.js';
import { Digest } from '../../ui/digest.js';

interface ReleaseEntryProps {
  readonly release: PackageFragment;
  /** Whether devices of the channel are offered this release. */
  readonly isLatest: boolean;
  readonly onWithdraw: (release: PackageFragment) => void;
}

export function ReleaseEntry({ release, isLatest, onWithdraw }: ReleaseEntryProps) {
  const { t, i18n } = useTranslation();
  const { version, fileName, size, sha256, notes, withdrawnAt, withdrawalReason } = release;
  return (
    <Box component="article" p="md" aria-label={version}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box flex={1} miw={220}>
          <Group gap="xs" mb={2}>
            <Text
              component="h2"
              fw={650}
              size="lg"
              td={withdrawnAt ? 'line-through' : undefined}
              style={{ overflowWrap: 'anywhere' }}
            >
              {version}
            </Text>
            {isLatest && <Badge variant="light">{t('releases.latest')}</Badge>}
            {withdrawnAt && (
              <Badge variant="light" color="red">
                {t('releases.withdrawn')}
              </Badge>
            )}
          </Group>
          <Publication release={release} />
        </Box>
        {!withdrawnAt && <Actions release={release} onWithdraw={onWithdraw} />}
      </Group>
      {withdrawnAt && <Withdrawal at={withdrawnAt} reason={withdrawalReason ?? null} />}
      {notes && <Notes text={notes} />}
      <Group gap="xs" mt="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {fileName}
        </Text>
        <Text size="sm" c="dimmed">
          {byteSize(size, i18n.language)}
        </Text>
        <Digest sha256={sha256} />
      </Group>
    </Box>
  );
}

function Publication({ release: { publishedAt, uploaderName } }: { release: PackageFragment }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" c="dimmed">
      <Ago at={publishedAt} />
      {uploaderName && ` · ${t('releases.by', { name: uploaderName })}`}
    </Text>
  );
}

function Actions({ release, onWithdraw }: Pick<ReleaseEntryProps, 'release' | 'onWithdraw'>) {
  const { t } = useTranslation();
  const may = usePermission();
  return (
    <Group gap="xs">
      {may('RELEASES_PUBLISH') && (
        <Button variant="subtle" color="red" size="xs" onClick={() => onWithdraw(release)}>
          {t('releases.withdraw')}
        </Button>
      )}
      <Button
        component="a"
        href={release.url}
        download
        variant="default"
        size="xs"
        leftSection={<IconDownload size={16} aria-hidden />}
      >
        {t('releases.download')}
      </Button>
    </Group>
  );
}

function Withdrawal({ at, reason }: { at: string; reason: string | null }) {
  return (
    <Box mt="xs" pl="sm" style={{ borderLeft: '3px solid var(--mantine-color-red-6)' }}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {reason}
      </Text>
      <Text size="xs" c="dimmed">
        <Ago at={at} />
      </Text>
    </Box>
  );
}

function Notes({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Spoiler
      maxHeight={61}
      mt="xs"
      showLabel={t('releases.showNotes')}
      hideLabel={t('releases.hideNotes')}
      styles={{ control: { fontSize: 'var(--mantine-font-size-sm)' } }}
    >
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    </Spoiler>
  );
}
