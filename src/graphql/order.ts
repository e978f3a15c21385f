import { registerEnumType } from 'type-graphql';

export enum OrderDirection {
  ASC = 'asc',
  DESC = 'desc',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which way a list is sorted.',
  valuesConfig: {
    ASC: { description: 'The smallest or earliest value first; items without a value last.' },
    DESC: { description: 'The largest or latest value first; items without a value before them.' },
  },
});
