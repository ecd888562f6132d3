import { useReader } from '../workspace/reader.ts';

const colours = 5;

/** The first letter of somebody's name on a colour of their own; the bot has the app's icon. */
export function Avatar({ user, isSmall = false }: { readonly user: string; readonly isSmall?: boolean }) {
  const { users } = useReader();
  const index = users.findIndex(({ id }) => id === user);
  const known = users[index];
  const size = isSmall ? ' small' : '';
  if (known?.isBot !== false)
    return (
      <span class={`avatar bot${size}`} aria-hidden="true">
        {known === undefined ? 'S' : '↺'}
      </span>
    );
  return (
    <span class={`avatar a${index % colours}${size}`} aria-hidden="true">
      {known.realName.charAt(0)}
    </span>
  );
}
