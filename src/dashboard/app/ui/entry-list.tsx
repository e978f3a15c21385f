import type { ReactNode } from 'react';
import classes from './entry-list.module.css';

/** Entries of several lines, with a rule between them. @param children list items. */
export function EntryList({ children }: { children: ReactNode }) {
  return <ul className={classes.list}>{children}</ul>;
}
