import type { WorkspaceSeen } from '../../slack/page/events.ts';
import { placeOf } from '../text/date.ts';
import { PersonSwitch } from './person-switch.tsx';
import type { Theme } from './use-theme.ts';

/** Whose zone dates are shown in: the person's, as in Slack, or the browser's. */
export type ZoneChoice = 'person' | 'browser';

export function TopBar(props: {
  readonly workspace: WorkspaceSeen;
  readonly user: string;
  readonly onUser: (user: string) => void;
  readonly zoneChoice: ZoneChoice;
  readonly onZone: (choice: ZoneChoice) => void;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}) {
  const { workspace, user, onUser, zoneChoice, onZone, theme, onTheme } = props;
  const me = workspace.users.find(({ id }) => id === user);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header class="top">
      <h1>
        <span class="logo" aria-hidden="true">
          ↺
        </span>
        pitr-restore <span class="badge sandbox">Sandbox</span>
      </h1>
      <p class="honest">A stand-in for Slack and AWS. Nothing leaves this machine.</p>
      <PersonSwitch workspace={workspace} user={user} onChange={onUser} />
      <select
        class="field zone"
        aria-label="Times are shown in"
        value={zoneChoice}
        onChange={({ currentTarget }) => onZone(currentTarget.value === 'browser' ? 'browser' : 'person')}
      >
        <option value="person">{`${me?.realName.split(' ')[0] ?? 'Own'}’s time (${placeOf(me?.tz ?? 'UTC')})`}</option>
        <option value="browser">{`Browser’s time (${placeOf(Intl.DateTimeFormat().resolvedOptions().timeZone)})`}</option>
      </select>
      <button
        type="button"
        class="icon theme"
        aria-label={other === 'dark' ? 'Dark' : 'Light'}
        onClick={() => onTheme(other)}
      >
        <span aria-hidden="true">{other === 'dark' ? '☾' : '☀'}</span>
      </button>
    </header>
  );
}
