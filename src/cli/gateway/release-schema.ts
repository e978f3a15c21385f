import { z } from 'zod';

/** A release as the gateway returns it. `--json` prints all fields. */
export const Release = z.object({
  id: z.string(),
  channel: z.string(),
  version: z.string(),
  fileName: z.string(),
  size: z.number(),
  sha256: z.string(),
  notes: z.string().nullable(),
  uploaderName: z.string().nullable(),
  url: z.string(),
  publishedAt: z.string(),
  withdrawnAt: z.string().nullable(),
  withdrawalReason: z.string().nullable(),
});

export type Release = z.output<typeof Release>;
