/** What the app's bot token must be good for, and what for: the scopes of manifest.yml. */
export const botScopes: Readonly<Record<string, string>> = {
  commands: '/pitr-restore',
  'chat:write': 'the card and the thread',
  'users:read': 'time zones, and who may',
  'channels:read': 'what a public channel is, and who is in it',
  'groups:read': 'the same of private channels',
  'channels:history': 'finding a message of our own whose answer was lost',
  'groups:history': 'the same in private channels',
  'usergroups:read': 'user groups as admins or approvers',
};
