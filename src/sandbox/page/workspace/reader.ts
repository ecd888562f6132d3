/** Who reads: names of people and channels, and the zone in which dates are shown. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Channel, User } from '../../slack/workspace.ts';

export type Reader = {
  readonly me: string;
  readonly zone: string;
  readonly users: readonly User[];
  readonly channels: readonly Channel[];
};

export const ReaderContext = createContext<Reader>({ me: '', zone: 'Etc/UTC', users: [], channels: [] });

export function useReader(): Reader {
  return useContext(ReaderContext);
}
