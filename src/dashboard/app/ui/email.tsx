import { Fragment } from 'react';

/** An email address that breaks after its punctuation first, and within a word only where a word does not fit. */
export function Email({ address }: { address: string }) {
  const words = address.split(/(?<=[@._-])/);
  return (
    <span style={{ overflowWrap: 'break-word' }}>
      {words.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: words repeat, and an address does not change in place.
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {word}
        </Fragment>
      ))}
    </span>
  );
}
