import { useEffect, useState } from 'preact/hooks';
import type { View } from '../../slack/views.ts';
import { Blocks } from '../blocks/block.tsx';
import { SurfaceContext } from '../elements/surface.ts';
import { useSurfaceAt } from '../elements/use-surface.ts';
import type { Acts } from '../workspace/acts.ts';

/** The app's Home tab. Looking at it tells the bot, which then publishes it anew. */
export function Home(props: { readonly home: View | null; readonly visit: object; readonly acts: Acts }) {
  const { home, visit, acts } = props;
  const [trouble, setTrouble] = useState<string>();
  const spot = { view_id: home?.id ?? '' };
  const { surface } = useSurfaceAt({ name: 'home', spot, acts, onTrouble: setTrouble });
  useEffect(() => {
    acts.openHome().then(
      ({ acked }) =>
        setTrouble(acked ? undefined : 'The bot did not hear that you opened its Home tab. Is it running?'),
      (error: unknown) => setTrouble(error instanceof Error ? error.message : String(error)),
    );
  }, [acts, visit]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="home" aria-label="Home" tabIndex={0}>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          ⚠ {trouble}
        </p>
      )}
      {home === null ? (
        <p class="muted">The bot has not published its Home tab yet.</p>
      ) : (
        <SurfaceContext.Provider value={surface}>
          <Blocks blocks={home.blocks} />
        </SurfaceContext.Provider>
      )}
    </section>
  );
}
