/** Of PostgreSQL's `integer`. */
const LARGEST_ID = 2_147_483_647;

/** An id as clients write it; null for what was never an id of ours. */
export function readId(id: string): number | null {
  return /^[1-9]\d{0,9}$/.test(id) && Number(id) <= LARGEST_ID ? Number(id) : null;
}
