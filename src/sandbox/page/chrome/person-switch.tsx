import type { WorkspaceSeen } from '../../slack/page/events.ts';
import { Avatar } from '../message/avatar.tsx';
import { placeOf } from '../text/date.ts';

/** Who you are: everything on the page is then what that person sees and may do. */
export function PersonSwitch(props: {
  readonly workspace: WorkspaceSeen;
  readonly user: string;
  readonly onChange: (user: string) => void;
}) {
  const { workspace, user, onChange } = props;
  const people = workspace.users.filter(({ isBot, deleted }) => !isBot && !deleted);
  return (
    <div class="people" role="radiogroup" aria-label="You are">
      {people.map(({ id, realName, tz }) => {
        const role = workspace.roles[id];
        return (
          <label key={id} title={`${realName} lives in ${placeOf(tz)}`}>
            <input type="radio" name="you-are" class="sr-only" checked={id === user} onChange={() => onChange(id)} />
            <Avatar user={id} isSmall />
            <span class="name">{realName}</span>
            {role !== undefined && <span class="role">{role}</span>}
          </label>
        );
      })}
    </div>
  );
}
