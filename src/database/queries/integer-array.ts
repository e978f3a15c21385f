/** A list as one parameter `?::int[]`: the ORM would pass an array as several parameters. */
export const integerArray = (numbers: Iterable<number>): string => `{${[...numbers].join(',')}}`;
