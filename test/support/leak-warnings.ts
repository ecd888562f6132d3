import { onTestFinished } from 'vitest';

/** Where Node takes many listeners for a leak until the test ends; it would say so in the middle of what people read. */
export function leakWarnings(): readonly string[] {
  const places: string[] = [];
  const onWarning = ({ name, stack }: Error) => {
    if (name === 'MaxListenersExceededWarning') places.push(String(stack));
  };
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  return places;
}
