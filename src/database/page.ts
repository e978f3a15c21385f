/** Which rows of a list: those behind one of them, as many as a page has. */
export interface Page {
  readonly first: number;
  /** The id of the last row of the page before; null for the first page. */
  readonly after: number | null;
}
