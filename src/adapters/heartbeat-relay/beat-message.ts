/** A heartbeat on its way to another node. */
export interface RelayedBeat {
  /** The id of the device. */
  readonly id: number;
  readonly ownerId: number;
  /** In milliseconds since the Unix epoch, by the clock of the node that received it. */
  readonly at: number;
}

/** Heartbeats that a node has received. */
export interface BeatMessage {
  /** The UUID of the node. */
  readonly node: string;
  /** In milliseconds since the Unix epoch, by the clock of the node. */
  readonly sentAt: number;
  readonly beats: readonly RelayedBeat[];
}

const VERSION = 1;
const NODE_AT = 1;
const SENT_AT = 37;
const HEADER = 45;
/** Bytes of a heartbeat. */
const LENGTH = 10;

/** A heartbeat that is older is left out: it is no longer live. */
const MAX_AGE_MS = 0xffff;

/**
 * The bytes of a message, with numbers in little-endian order:
 *
 * | bytes | type    | content                            |
 * | ----- | ------- | ---------------------------------- |
 * | 1     | uint8   | version of this format             |
 * | 36    | ASCII   | `node`                             |
 * | 8     | float64 | `sentAt`                           |
 *
 * and for each heartbeat:
 *
 * | bytes | type    | content                            |
 * | ----- | ------- | ---------------------------------- |
 * | 4     | int32   | `id`                               |
 * | 4     | int32   | `ownerId`                          |
 * | 2     | uint16  | milliseconds from `at` to `sentAt` |
 */
export function encodeBeats({ node, sentAt, beats }: BeatMessage): Buffer {
  const live = beats.filter(({ at }) => sentAt - at <= MAX_AGE_MS);
  const message = Buffer.allocUnsafe(HEADER + live.length * LENGTH);
  message.writeUInt8(VERSION, 0);
  message.write(node, NODE_AT, 'latin1');
  message.writeDoubleLE(sentAt, SENT_AT);
  let offset = HEADER;
  for (const { id, ownerId, at } of live) {
    message.writeInt32LE(id, offset);
    message.writeInt32LE(ownerId, offset + 4);
    // The clock may have been set back since the heartbeat.
    message.writeUInt16LE(Math.max(0, sentAt - at), offset + 8);
    offset += LENGTH;
  }
  return message;
}

/** @returns null for bytes that are not a message of this version. */
export function decodeBeats(message: Buffer): BeatMessage | null {
  const length = message.length - HEADER;
  if (length < 0 || length % LENGTH !== 0 || message.readUInt8(0) !== VERSION) return null;
  const sentAt = message.readDoubleLE(SENT_AT);
  const beats: RelayedBeat[] = [];
  for (let offset = HEADER; offset < message.length; offset += LENGTH) {
    beats.push({
      id: message.readInt32LE(offset),
      ownerId: message.readInt32LE(offset + 4),
      at: sentAt - message.readUInt16LE(offset + 8),
    });
  }
  return { node: message.toString('latin1', NODE_AT, SENT_AT), sentAt, beats };
}
