import { Card, Grid, Stack, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { failureOf } from '../../api/failure.js';
import { usePermission } from '../../session/session-context.js';
import { FailureAlert } from '../../ui/failure-alert.js';
import { Loading } from '../../ui/loading.js';
import { Page } from '../../ui/page.js';
import { Adoption } from './adoption.js';
import { ReleaseList } from './release-list.js';
import { UploadCard } from './upload/upload-card.js';
import { useChannels } from './use-channels.js';

/** The channel of the legacy APIs and the default one. */
const STABLE = 'stable';

/** Releases by channel. Publishers also see the adoption and an upload form. */
export function Component() {
  const { t } = useTranslation();
  const may = usePermission();
  const [search, setSearch] = useSearchParams();
  const { channels: loaded, revision, error, reload } = useChannels();
  const channels = loaded?.length ? loaded : [STABLE];
  const requested = search.get('channel');
  const channel =
    channels.find((name) => name === requested) ??
    (channels.includes(STABLE) ? STABLE : (channels[0] ?? STABLE));
  const choose = (channel: string) => setSearch({ channel }, { replace: true });
  const hasSidebar = may('RELEASES_PUBLISH') || may('ADOPTION_READ');
  return (
    <Page title={t('releases.title')}>
      {error && <FailureAlert failure={failureOf(error)} onRetry={reload} />}
      {!loaded && !error && <Loading />}
      {loaded && (
        <Grid>
          {hasSidebar && (
            <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 1, md: 2 }}>
              <Stack>
                {may('RELEASES_PUBLISH') && (
                  <UploadCard channels={channels} channel={channel} onPublished={choose} />
                )}
                {may('ADOPTION_READ') && <Adoption channel={channel} revision={revision} />}
              </Stack>
            </Grid.Col>
          )}
          <Grid.Col span={{ base: 12, md: hasSidebar ? 8 : 12 }} order={{ base: 2, md: 1 }}>
            <Card padding={0}>
              <Tabs value={channel} onChange={(name) => name && choose(name)} keepMounted={false}>
                <Tabs.List px="xs" aria-label={t('releases.channel')}>
                  {channels.map((name) => (
                    <Tabs.Tab key={name} value={name} py="sm">
                      {name}
                    </Tabs.Tab>
                  ))}
                </Tabs.List>
                {channels.map((name) => (
                  <Tabs.Panel key={name} value={name}>
                    <ReleaseList channel={name} revision={revision} />
                  </Tabs.Panel>
                ))}
              </Tabs>
            </Card>
          </Grid.Col>
        </Grid>
      )}
    </Page>
  );
}
