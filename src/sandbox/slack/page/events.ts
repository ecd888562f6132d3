/** What the stream to a page says: everything that one person sees of the workspace, and what changes in it. */
import type { Message } from '../messages.ts';
import type { View } from '../views.ts';
import type { Channel, User } from '../workspace.ts';

/** A slash command as the composer offers it. */
export type SlashCommand = { readonly command: string; readonly description: string; readonly usageHint: string };

/** The workspace as one person sees it. */
export type WorkspaceSeen = {
  readonly me: string;
  readonly botUserId: string;
  readonly users: readonly User[];
  /** Those the person is in. */
  readonly channels: readonly Channel[];
  readonly commands: readonly SlashCommand[];
  readonly environments: readonly string[];
  /** What each person may do, in a few words, by user id. */
  readonly roles: Readonly<Record<string, string>>;
  readonly isBotConnected: boolean;
  readonly isSlackDown: boolean;
};

export type PageEvents = {
  readonly workspace: WorkspaceSeen;
  /** First, and after each reconnection: replaces whatever was known. */
  readonly snapshot: {
    readonly messages: readonly Message[];
    readonly views: readonly View[];
    readonly home: View | null;
  };
  /** A new message, or an old one changed: its channel and ts say which. */
  readonly message: Message;
  readonly delete: { readonly channel: string; readonly ts: string };
  /** All modals open before the person, the root first. */
  readonly views: { readonly views: readonly View[] };
  readonly home: { readonly home: View | null };
};
