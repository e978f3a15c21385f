import { Anchor, Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { displayName } from '../../domain/display-name.js';
import type { PersonFragment } from '../../generated/graphql.js';
import { useViewer } from '../../session/session-context.js';
import { Ago } from '../../time/ago.js';
import { Email } from '../../ui/email.js';
import { PersonAvatar } from './person-avatar.js';
import { RoleBadges } from './role-badges.js';
import { StatusBadge } from './status-badge.js';

interface PeopleTableProps {
  readonly people: readonly PersonFragment[];
  /** Service accounts have neither. */
  readonly withContact: boolean;
}

export function PeopleTable({ people, withContact }: PeopleTableProps) {
  const { t } = useTranslation();
  return (
    <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('people.person')}</Table.Th>
          {withContact && (
            <>
              <Table.Th visibleFrom="sm">{t('domain.fields.phone')}</Table.Th>
              <Table.Th visibleFrom="md">{t('domain.fields.email')}</Table.Th>
            </>
          )}
          <Table.Th>{t('domain.fields.roles')}</Table.Th>
          <Table.Th visibleFrom="sm">{t('domain.fields.created')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {people.map((person) => (
          <Table.Tr key={person.id}>
            <Table.Td>
              <PersonCell person={person} />
            </Table.Td>
            {withContact && (
              <>
                <Table.Td visibleFrom="sm">{person.phone ?? '—'}</Table.Td>
                <Table.Td visibleFrom="md" miw={160}>
                  {person.email ? <Email address={person.email} /> : '—'}
                </Table.Td>
              </>
            )}
            <Table.Td>
              <RoleBadges roles={person.roles} />
            </Table.Td>
            <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
              <Ago at={person.createdAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The name, linked to the person's page, and the login name if it is different. */
function PersonCell({ person }: { person: PersonFragment }) {
  const { t } = useTranslation();
  const viewer = useViewer();
  const name = displayName(person);
  const login = person.username ?? person.phone;
  return (
    <Group gap="sm" wrap="nowrap">
      <PersonAvatar name={name} />
      <Stack gap={0} miw={0}>
        <Group gap={6}>
          <Anchor
            component={Link}
            to={`/people/${person.id}`}
            size="sm"
            fw={550}
            c="inherit"
            style={{ overflowWrap: 'anywhere' }}
          >
            {name}
          </Anchor>
          {viewer.user.id === person.id && <Badge variant="light">{t('people.you')}</Badge>}
          {person.status === 'DISABLED' && <StatusBadge status={person.status} />}
        </Group>
        {login !== name && (
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {login}
          </Text>
        )}
      </Stack>
    </Group>
  );
}
