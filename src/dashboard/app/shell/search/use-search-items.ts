import { useTranslation } from 'react-i18next';
import { useQuery } from 'urql';
import { deviceName } from '../../domain/device-name.js';
import { displayName } from '../../domain/display-name.js';
import { GlobalSearchDocument } from '../../generated/graphql.js';
import { usePermission } from '../../session/session-context.js';
import { views } from '../views.js';
import type { SearchItem } from './search-item.js';

/** Items of a group that are shown. */
const MOST = 5;

const contains = (text: string | null | undefined, term: string): boolean =>
  text?.toLowerCase().includes(term.toLowerCase()) ?? false;

/**
 * What a text finds, of what the user may see. Another text cancels the request for the one before.
 * @param text trimmed.
 */
export function useSearchItems(text: string): { items: SearchItem[]; fetching: boolean } {
  const { t } = useTranslation();
  const may = usePermission();
  const [{ data, fetching }] = useQuery({
    query: GlobalSearchDocument,
    variables: {
      text,
      first: MOST,
      withDevices: may('DEVICES_OWN'),
      withPeople: may('USERS_READ'),
      withReleases: may('RELEASES_READ'),
    },
    pause: text === '',
  });
  const found = text === '' ? undefined : data;
  const viewItems = views
    .filter(({ permission, title }) => may(permission) && contains(t(title), text))
    .map(({ to, title }): SearchItem => ({ group: 'views', to, label: t(title) }));
  const devices = (found?.devices?.edges ?? []).map(
    ({ node }): SearchItem => ({
      group: 'devices',
      to: `/devices/${node.id}`,
      label: deviceName(node) ?? t('domain.unnamedDevice'),
      note: t(node.online ? 'domain.online' : 'domain.offline'),
    }),
  );
  const people = (found?.users?.edges ?? []).map(
    ({ node }): SearchItem => ({
      group: 'people',
      to: `/people/${node.id}`,
      label: displayName(node),
      note: node.username ?? node.phone ?? undefined,
    }),
  );
  const releases = (found?.releases?.edges ?? [])
    .filter(({ node }) => contains(node.version, text) || contains(node.fileName, text))
    .slice(0, MOST)
    .map(
      ({ node }): SearchItem => ({
        group: 'releases',
        to: `/releases?${new URLSearchParams({ channel: node.channel })}`,
        label: `${node.channel} ${node.version}`,
        note: node.fileName,
      }),
    );
  const actions: SearchItem[] = [];
  const query = new URLSearchParams({ q: text });
  if (text !== '' && may('DEVICES_OWN')) {
    actions.push({ group: 'actions', to: `/?${query}`, label: t('search.inFleet', { text }) });
  }
  if (text !== '' && may('AUDIT_READ')) {
    actions.push({ group: 'actions', to: `/audit?${query}`, label: t('search.inAudit', { text }) });
  }
  return { items: [...viewItems, ...devices, ...people, ...releases, ...actions], fetching };
}
