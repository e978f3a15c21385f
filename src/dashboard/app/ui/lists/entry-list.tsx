import type { ReactNode } from 'react';
import classes from './entry-list.module.css';

/** A list of multi-line entries with separators. @param children `li` elements. */
export function EntryList({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}
