import type { EntityManager } from '@mikro-orm/postgresql';
import { userTarget } from '../../audit/audit.js';
import { clientKeys } from '../known-clients.js';
import type { Session } from '../session.entity.js';
import { tokenHash } from '../tokens/token-signer.js';
import { type LoginProof, type ProofCheck, requireValidProof } from './login-proof.js';

/** A session that is not saved yet. */
export interface Opening {
  readonly session: Session;
  /** Null where the API has no refresh tokens. */
  readonly refreshToken: string | null;
  /** What must still hold when the session opens. */
  readonly proof: LoginProof | undefined;
  /** Whether the login has proved a second factor. */
  readonly secondFactor: boolean;
}

/**
 * Saves a session with its refresh token, the clients that the account then knows, and its audit entry, if the user is
 * active and the proof still holds. The rows of both stay locked, so a later change of the user or revocation of the
 * approving session finds the new session.
 * @returns how many open sessions the user has, without those that are being opened by others.
 * @throws DomainError as `requireValidProof`
 */
export async function saveOpening(em: EntityManager, opening: Opening): Promise<number> {
  const [row] = await em.execute<(ProofCheck & { openSessions: number })[]>(SAVE, [
    JSON.stringify(columnsOf(opening)),
  ]);
  return requireValidProof(row).openSessions;
}

const columnsOf = ({ session, refreshToken, proof, secondFactor }: Opening) => ({
  id: session.id,
  userId: session.user.id,
  api: session.api,
  restricted: session.restricted,
  tokenHash: session.tokenHash,
  tokenExpiresAt: session.tokenExpiresAt,
  deviceId: session.deviceId,
  deviceModel: session.deviceModel,
  clientVersion: session.clientVersion,
  address: session.address,
  at: session.createdAt,
  secondFactor,
  expiresAt: session.expiresAt,
  refreshHash: refreshToken === null ? null : tokenHash(refreshToken),
  ...proof,
  clients: clientKeys(session),
  target: userTarget(session.user.id),
});

const SAVE = `
  with given as (
    select * from jsonb_to_record(?) as given(
      id uuid, "userId" integer, api text, restricted boolean, "tokenHash" text, "tokenExpiresAt" timestamptz,
      "deviceId" text, "deviceModel" text, "clientVersion" text, address text, at timestamptz,
      "expiresAt" timestamptz, "refreshHash" text, "passwordHash" text, phone text, "approvedBy" uuid,
      "secondFactor" boolean, clients text[], target text)
  ),
  account as (
    select status, password_hash, users.phone as own_phone, second_factor_since from users where id = (select "userId" from given) for share
  ),
  approving as (
    select proven_at from sessions, given
    where sessions.id = "approvedBy" and revoked_at is null and expires_at > at for share of sessions
  ),
  checked as (
    select status, coalesce("passwordHash" = password_hash, "passwordHash" is null) as "passwordHolds",
      coalesce(phone = own_phone, phone is null) as "phoneHolds",
      "approvedBy" is null or exists (select from approving) as "approvalHolds",
      "secondFactor" or second_factor_since is null as "factorHolds",
      case when "approvedBy" is null or "secondFactor" then at else (select proven_at from approving) end as "provenAt"
    from given, account
  ),
  opened as (
    insert into sessions (id, user_id, door, capped, token_hash, token_expires_at, device_id, device_model,
      client_version, address, created_at, last_seen_at, expires_at, opened_by_phone, proven_at)
    select id, "userId", api, restricted, "tokenHash", "tokenExpiresAt", "deviceId", "deviceModel",
      "clientVersion", address, at, at, "expiresAt", phone is not null, "provenAt"
    from given, checked
    where status = 'ACTIVE' and "passwordHolds" and "phoneHolds" and "approvalHolds" and "factorHolds"
    returning id
  ),
  refreshable as (
    insert into refresh_tokens (hash, session_id)
    select "refreshHash", opened.id from given, opened where "refreshHash" is not null
  ),
  remembered as (
    insert into known_clients (user_id, client, last_login_at)
    select "userId", login.client, at from given, opened, unnest(clients) as login(client)
    where not exists (
      select from known_clients known where known.user_id = "userId" and known.client = login.client
        and known.last_login_at > at - interval '1 day')
    order by login.client
    on conflict (user_id, client) do update set last_login_at = excluded.last_login_at
  ),
  audited as (
    insert into audit_entries (at, action, actor_id, target, address, detail)
    select at, 'session.open', "userId", target, address, api from given, opened
  )
  select checked.*, 1 + (
    select count(*)::integer from sessions, given
    where sessions.user_id = "userId" and sessions.revoked_at is null and sessions.expires_at > at
  ) as "openSessions"
  from checked`;
