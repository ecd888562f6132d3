/** Hangs our handlers into Bolt. Nothing is decided here. */
import type { App, BlockAction, BlockButtonAction, RespondFn, ViewResponseAction } from '@slack/bolt';
import { formOf } from './asked-before.ts';
import { actionIds, homeActionIds, optionsActionId, pageActionIds } from './button-value.ts';
import { commandName } from './command.ts';
import { ephemeral, historyPage, onCommand } from './commands.ts';
import { onClick, onDenied, onNameTyped } from './decisions.ts';
import { type Desk, memberOf, refuseNow, tellDirectly } from './desk.ts';
import { onHomeOpened, onHomeRestore } from './home.ts';
import { inTime } from './in-time.ts';
import type { Listening } from './listening.ts';
import type { Message } from './messages/blocks.ts';
import { refusalMessage } from './messages/refusal.ts';
import { SeenOnce } from './seen-once.ts';
import { onChosen, onConfirmed, onOptions, onReworded, type Submission } from './submissions.ts';
import { onUndoConfirmed } from './undo.ts';
import { callbackIds, inputIds, strangeWindow } from './views/modal.ts';

export function listenTo(app: App, desk: Desk, listening: Listening): void {
  const alone = aloneWith(desk);

  app.command(commandName, async ({ command, ack, respond }) => {
    const incoming = {
      what: 'command',
      userId: command.user_id,
      ack,
      tell: alone(respond, command.user_id),
      inAck: ephemeral,
    };
    await listening.handle(incoming, (tracked) => onCommand(desk, { command, ack: tracked, tell: incoming.tell }));
  });

  for (const actionId of Object.values(actionIds)) {
    app.action<ButtonClick>({ type: 'block_actions', action_id: actionId }, async ({ body, action, ack, respond }) => {
      const userId = body.user.id;
      const incoming = { what: `action ${actionId}`, userId, ack: async () => ack(), tell: alone(respond, userId) };
      await listening.handle<void>(incoming, (tracked) => {
        const value = 'value' in action && typeof action.value === 'string' ? action.value : undefined;
        return onClick(desk, {
          actionId,
          value,
          userId,
          triggerId: body.trigger_id,
          ...(body.channel === undefined ? {} : { channelId: body.channel.id }),
          ack: tracked,
          tell: incoming.tell,
        });
      });
    });
  }

  listenToPages(app, desk, listening);
  listenToOptions(app, desk, listening);
  listenToHome(app, desk, listening);

  const submissions = new SeenOnce(1000);
  const onView = (callbackId: string, work: (desk: Desk, submission: Submission) => Promise<void>) =>
    app.view(callbackId, async ({ body, view, ack }) => {
      const userId = body.user.id;
      const tell = (message: Message) => tellDirectly(desk, userId, message);
      await listening.handle<ViewResponseAction>(
        {
          what: `view ${callbackId}`,
          userId,
          ack: async (response) => (response === undefined ? ack() : ack(response)),
          tell,
        },
        async (tracked) => {
          const form = formOf(view);
          if (form !== undefined && !submissions.isNew(form)) return await tracked();
          await work(desk, {
            view,
            form,
            userId,
            ack: async (response) => {
              // After a complaint about a field the modal stays as it is, hash included, and may be sent again.
              if (form !== undefined && response?.response_action === 'errors') submissions.forget(form);
              await tracked(response);
            },
          });
        },
      );
    });
  onView(callbackIds.choose, onChosen);
  onView(callbackIds.when, onReworded);
  onView(callbackIds.confirm, onConfirmed);
  onView(callbackIds.undo, onUndoConfirmed);
  onView(callbackIds.deny, onDenied);
  onView(callbackIds.approve, onNameTyped);
}

/** Tells one person alone: where they clicked or typed, or directly when that does not work. */
function aloneWith(desk: Desk) {
  return (respond: RespondFn | undefined, userId: string) => async (message: Message) => {
    try {
      if (respond !== undefined) return await inTime(desk.clock, respond(ephemeral(message)));
    } catch (error) {
      desk.logger.warn({ userId, err: error }, 'An answer did not reach Slack');
    }
    return await tellDirectly(desk, userId, message);
  };
}

/** The buttons under a page of the history: the next page takes its place. */
function listenToPages(app: App, desk: Desk, listening: Listening): void {
  for (const actionId of Object.values(pageActionIds)) {
    app.action<ButtonClick>({ type: 'block_actions', action_id: actionId }, async ({ body, action, ack, respond }) => {
      const show = async (message: Message) => {
        if (respond !== undefined) await inTime(desk.clock, respond({ ...ephemeral(message), replace_original: true }));
      };
      const incoming = { what: `action ${actionId}`, userId: body.user.id, ack: async () => ack(), tell: show };
      await listening.handle<void>(incoming, async (tracked) => {
        await tracked();
        const refusal = await refuseNow(desk, body.user.id);
        const wanted = Number('value' in action ? action.value : undefined);
        const page = Number.isSafeInteger(wanted) ? Math.min(Math.max(wanted, 0), lastPage) : 0;
        if (refusal !== undefined) return void (await show(refusalMessage(refusal)));
        const by = await memberOf(desk, body.user.id, desk.restores.environments(), 'either');
        await show(historyPage(desk, by, page));
      });
    });
  }
}

/** The button that unfolds the options of the request modal, and the choice of tables in there. */
function listenToOptions(app: App, desk: Desk, listening: Listening): void {
  for (const actionId of [optionsActionId, inputIds.tables]) {
    app.action<BlockAction>({ type: 'block_actions', action_id: actionId }, async ({ body, ack }) => {
      const { view } = body;
      const userId = body.user.id;
      const tell = (message: Message) => tellDirectly(desk, userId, message);
      const incoming = { what: `action ${actionId}`, userId, ack: async () => ack(), tell };
      await listening.handle<void>(incoming, async (tracked) => {
        await onOptions(desk, { view: view ?? strangeWindow(), userId, ack: tracked });
      });
    });
  }
}

/** Nobody turns that many pages; a forged number must not read the whole record. */
const lastPage = 100;

function listenToHome(app: App, desk: Desk, listening: Listening): void {
  app.event('app_home_opened', async ({ event }) => {
    if (event.tab !== 'home') return;
    // An event wants no answer, and the tab itself is where one would stand.
    const incoming = { what: 'home', userId: event.user, ack: async () => undefined, tell: async () => undefined };
    await listening.handle<void>(incoming, () => onHomeOpened(desk, event.user));
  });
  app.action<ButtonClick>({ type: 'block_actions', action_id: homeActionIds.restore }, async ({ body, ack }) => {
    const userId = body.user.id;
    const tell = (message: Message) => tellDirectly(desk, userId, message);
    const incoming = { what: `action ${homeActionIds.restore}`, userId, ack: async () => ack(), tell };
    await listening.handle<void>(incoming, (tracked) =>
      onHomeRestore(desk, { userId, triggerId: body.trigger_id, ack: tracked, tell }),
    );
  });
}

type ButtonClick = BlockAction<BlockButtonAction['actions'][number]>;
