/** Decides which node does what only one node may do at a time. */
export interface JobLeases {
  /**
   * Takes a lease from now, or renews the own one.
   * @returns the fencing token: it stays the same while the lease is renewed in time, and each new holder gets a greater
   * one. Null while another node holds the lease.
   */
  acquire(name: string, durationMs: number): Promise<number | null>;
  /** Ends the own lease, so that another node may take it at once. */
  release(name: string): Promise<void>;
}
