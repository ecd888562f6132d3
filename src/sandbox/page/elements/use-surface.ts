import { useMemo, useState } from 'preact/hooks';
import type { Acts, FormValues, Spot } from '../workspace/acts.ts';
import { keyOf, type Place, type Surface, type Value } from './surface.ts';

type Values = Readonly<Record<string, { readonly place: Place; readonly value: Value }>>;

/** The surface of a message or a view: what was typed is kept while its blocks change. */
export function useSurfaceAt(order: {
  readonly name: string;
  readonly spot: Spot;
  readonly acts: Acts;
  readonly errors?: Readonly<Record<string, string>>;
  /** Told what went wrong, in words; undefined when something went well. */
  readonly onTrouble: (trouble: string | undefined) => void;
}): { readonly surface: Surface; readonly values: () => FormValues } {
  const { name, spot, acts, errors = {}, onTrouble } = order;
  const [values, setValues] = useState<Values>({});
  const surface = useMemo<Surface>(() => {
    const told = async (outcome: Promise<{ readonly warning?: string }>) => onTrouble(await troubleOf(outcome));
    const ids = ({ blockId, actionId }: Place) => ({ block_id: blockId, action_id: actionId });
    return {
      name,
      valueAt: (place) => values[keyOf(place)]?.value,
      put: (place, value) => setValues((before) => ({ ...before, [keyOf(place)]: { place, value } })),
      press: (place, value) => told(acts.click(spot, { ...ids(place), ...(value === undefined ? {} : { value }) })),
      choose: (place, value) => told(acts.choose(spot, ids(place), value)),
      errorAt: (blockId) => errors[blockId],
    };
  }, [name, JSON.stringify(spot), acts, errors, values, onTrouble]);
  return { surface, values: () => formValuesOf(values) };
}

function formValuesOf(values: Values): FormValues {
  const form: Record<string, Record<string, unknown>> = {};
  for (const { place, value } of Object.values(values)) {
    form[place.blockId] = { ...form[place.blockId], [place.actionId]: value };
  }
  return form;
}

/** What a person is told when something could not be done. */
async function troubleOf(outcome: Promise<{ readonly warning?: string }>): Promise<string | undefined> {
  try {
    return (await outcome).warning;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
