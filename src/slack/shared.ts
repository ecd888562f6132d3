import type { ConversationsInfoResponse } from '@slack/web-api';

/**
 * Whether people of another organisation read a channel and can click in it (Slack Connect), or are invited to. Shared
 * between workspaces of our own Enterprise Grid is not shared with strangers.
 */
export function isSharedOutside(channel: ConversationsInfoResponse['channel']): boolean {
  const elsewhere = channel?.is_shared === true && channel.is_org_shared !== true;
  return elsewhere || channel?.is_ext_shared === true || channel?.is_pending_ext_shared === true;
}
