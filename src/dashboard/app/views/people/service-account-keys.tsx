import { useQuery } from 'urql';
import { ApiKeys } from '../../domain/keys/api-keys.js';
import { type PersonFragment, RolesDocument } from '../../generated/graphql.js';
import { useViewer } from '../../session/session-context.js';

/** Every account has the permissions of a member. */
const MEMBER = 'MEMBER';

/** The API keys of a service account. New ones can allow what both the account and the viewer may. */
export function ServiceAccountKeys({ person }: { person: PersonFragment }) {
  const { session } = useViewer();
  const [{ data }] = useQuery({ query: RolesDocument });
  const codes = [MEMBER, ...person.roles.map(({ code }) => code)];
  const granted = data?.roles.filter(({ code }) => codes.includes(code)).flatMap((role) => role.permissions);
  const grantable = session.permissions.filter((permission) => granted?.includes(permission));
  return <ApiKeys userId={person.id} grantable={person.status === 'ACTIVE' ? grantable : null} />;
}
