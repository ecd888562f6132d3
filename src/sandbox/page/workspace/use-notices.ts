import { useCallback, useState } from 'preact/hooks';
import type { Message } from '../../slack/messages.ts';

/** What Slackbot says to whoever typed something that went wrong; only this page knows of it. */
export function useNotices(user: string): {
  readonly notices: readonly Message[];
  readonly notice: (where: { readonly channel: string; readonly threadTs?: string }, text: string) => void;
} {
  const [notices, setNotices] = useState<readonly Message[]>([]);
  const notice = useCallback(
    (where: { readonly channel: string; readonly threadTs?: string }, text: string) => {
      const ts = (Date.now() / 1000).toFixed(6);
      setNotices((before) => [...before, { ...where, ts, user: 'USLACKBOT', text, ephemeralTo: user }]);
    },
    [user],
  );
  return { notices: notices.filter(({ ephemeralTo }) => ephemeralTo === user), notice };
}
