import type { RelyingParty } from '../../../config.js';
import { relyingPartyOf } from '../../../passkeys/relying-party.js';
import type { Context } from '../../context.js';

/** The relying party of a request. @throws DomainError FORBIDDEN where passkeys have no domain */
export const partyOf = ({ services, publicUrl }: Context): RelyingParty =>
  relyingPartyOf(services.config.PASSKEYS, publicUrl);
