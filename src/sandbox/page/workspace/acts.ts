/** What a person can do, as calls to the sandbox. */
import type { ClickOutcome, CommandOutcome, Reached, SubmitOutcome } from '../../slack/people/outcomes.ts';

/** Where a button or an input stands. */
export type Spot = { readonly channel: string; readonly ts: string } | { readonly view_id: string };

type Touch = { readonly action_id: string; readonly block_id: string; readonly value?: string };

export type FormValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type Acts = {
  command(command: string, text: string, channel: string): Promise<CommandOutcome>;
  say(channel: string, text: string, threadTs?: string): Promise<unknown>;
  click(spot: Spot, touch: Touch): Promise<ClickOutcome>;
  choose(spot: Spot, touch: Touch, option: unknown): Promise<ClickOutcome>;
  submit(viewId: string, values: FormValues): Promise<SubmitOutcome>;
  close(viewId: string): Promise<Partial<Reached>>;
  openHome(): Promise<Reached>;
};

/** @throws Error (from each of them) when the sandbox cannot be reached or refuses, with what it said */
export function actsOf(user: string): Acts {
  return {
    command: (command, text, channel) => post('command', { user, command, text, channel }),
    say: (channel, text, threadTs) =>
      post('say', { user, channel, text, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) }),
    click: (spot, touch) => post('click', { user, ...spot, ...touch }),
    choose: (spot, touch, option) => post('choose', { user, ...spot, ...touch, option }),
    submit: (viewId, values) => post('submit', { user, view_id: viewId, values }),
    close: (viewId) => post('close', { user, view_id: viewId }),
    openHome: () => post('home', { user }),
  };
}

async function post<T>(path: string, body: object): Promise<T> {
  const reply = await fetch(`/slack/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new Error('The sandbox does not answer. Is it still running in your terminal?', { cause });
  });
  const answer = await reply.json();
  if (!reply.ok)
    throw new Error(typeof answer.error === 'string' ? answer.error : `The sandbox answered ${reply.status}.`);
  return answer;
}
