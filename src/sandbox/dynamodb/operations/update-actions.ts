import { remembering } from '../remembering.ts';

/** Sets an attribute to a `:value`, or removes it where there is none. */
type Action = { readonly name: string; readonly value?: string };

/** The actions of an update expression like `SET #a = :b, #c = :d REMOVE #e`; null: it is another kind. */
export const actionsIn = remembering((expression): readonly Action[] | null => {
  const clauses = /^(?:SET (?<set>[^.[()]+?))? ?(?:REMOVE (?<remove>[^.[()=:]+))?$/.exec(expression)?.groups;
  if (clauses === undefined || expression === '') return null;
  const { set, remove } = clauses;
  const actions = [
    ...(set?.split(', ').map((text) => /^(?<name>#\w+) = (?<value>:\w+)$/.exec(text)?.groups) ?? []),
    ...(remove?.split(', ').map((text) => /^(?<name>#\w+)$/.exec(text)?.groups) ?? []),
  ];
  const known = actions.flatMap((groups) => {
    const name = groups?.['name'];
    const value = groups?.['value'];
    return name === undefined ? [] : [{ name, ...(value === undefined ? {} : { value }) }];
  });
  return known.length === actions.length ? known : null;
});
