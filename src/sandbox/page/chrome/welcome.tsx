import { offerCommand } from '../composer/offer.ts';

/** What to try first, at the top of the ops channel. */
export function Welcome() {
  return (
    <section class="welcome" aria-label="What to try first">
      <h3>This is #ops, with the real bot behind it.</h3>
      <p>
        Everything is yours to break: the tables, Slack and AWS live in your terminal and are forgotten when it stops.
      </p>
      <ol>
        <li>
          Under <b>Tables</b>, choose <b>Cause an accident</b> in <code>dev</code> and watch the counts fall.
        </li>
        <li>
          Put it back: <Try text="/pitr-restore dev 10 minutes ago" />
        </li>
        <li>
          Then the same in <code>prod</code>, where a second person must approve: ask as Alice, approve as Bob, and see
          what Carol is told. <Try text="/pitr-restore prod yesterday 9am" />
        </li>
        <li>
          Lost? <Try text="/pitr-restore help" />
        </li>
      </ol>
    </section>
  );
}

function Try({ text }: { readonly text: string }) {
  return (
    <button type="button" class="chip" title="Puts this into the message field" onClick={() => offerCommand(text)}>
      {text}
    </button>
  );
}
