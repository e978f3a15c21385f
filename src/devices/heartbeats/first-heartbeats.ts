import type { Clock } from '../../clock.js';
import type { Caller, SessionRead } from '../../sessions/sessions.js';
import type { DeviceReport } from '../device-details.js';
import type { Bindings, BoundDevice } from './bindings.js';
import type { PresenceRecorder } from './presence-recorder.js';
import type { RecentlyEndedSessions } from './recently-ended-sessions.js';
import type { RowChanges } from './row-changes.js';
import { rememberBinding } from './session-bindings.js';

/** Heartbeats whose device is not in memory: the database finds or creates it. */
export class FirstHeartbeats {
  constructor(
    private readonly bindings: Bindings,
    private readonly recorder: PresenceRecorder,
    private readonly rowChanges: RowChanges,
    private readonly endedSessions: RecentlyEndedSessions,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the device's id.
   * @throws DomainError UNAUTHENTICATED when the session has ended meanwhile; for a new device LIMIT_REACHED and
   * THROTTLED, too.
   */
  beat(caller: Caller, report: DeviceReport): Promise<number> {
    return this.rowChanges.during(async (mayHaveChanged) => {
      const bound = await this.bindings.bind(caller, report, new Date(this.clock()), this.recorder);
      this.#record(caller, report.clientId, bound, mayHaveChanged);
      this.recorder.count();
      return bound.id;
    });
  }

  /** As `Heartbeats.sessionRead`. */
  sessionRead(report: DeviceReport): SessionRead {
    return (hash, toCaller) =>
      this.rowChanges.during(async (mayHaveChanged) => {
        const now = new Date(this.clock());
        const found = await this.bindings.bindByToken(hash, report, now, this.recorder);
        if (!found) return null;
        const caller = toCaller(found.caller);
        if (found.bound)
          this.#record(caller, report.clientId ?? caller.deviceId, found.bound, mayHaveChanged);
        return caller;
      });
  }

  /** @throws DomainError UNAUTHENTICATED when the session has ended meanwhile. */
  #record(
    caller: Caller,
    clientId: string | null,
    bound: BoundDevice,
    mayHaveChanged: (device: number) => boolean,
  ): void {
    const { recorder } = this;
    const device = recorder.devices.intern(bound.id);
    recorder.devices.setOwner(device, caller.user.id);
    // The row names this session now, even if the heartbeat is refused below.
    recorder.latestSessions.markUnsaved(device, caller.sessionId);
    if (bound.isWritten) recorder.recordChange(bound);
    const end = this.endedSessions.reasonOf(caller.sessionId);
    if (end === undefined || bound.isOnline) recorder.recordBeat(device, caller, bound.isOnline);
    if (bound.isWritten) recorder.devices.forgetBeats(device);
    if (end !== undefined && bound.isOnline) recorder.presence.leave(device, caller.sessionId, end);
    // This row may be outdated.
    if (mayHaveChanged(device)) recorder.latestSessions.forget(device);
    this.endedSessions.requireOpen(caller);
    const { name, clientVersion } = bound;
    rememberBinding(caller, { clientId, device, name, clientVersion });
  }
}
