import { useState } from 'preact/hooks';
import { order } from './ask.ts';

/** Orders that may be refused: what the sandbox said to the last one, and whether it is under way. */
export function useOrder(): {
  readonly isBusy: boolean;
  readonly refusal: string | undefined;
  give<T>(path: string, body: object): Promise<T | undefined>;
} {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  return {
    isBusy,
    refusal,
    async give<T>(path: string, body: object) {
      setBusy(true);
      setRefusal(undefined);
      try {
        return await order<T>(path, body);
      } catch (error) {
        setRefusal(error instanceof Error ? error.message : String(error));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
  };
}
