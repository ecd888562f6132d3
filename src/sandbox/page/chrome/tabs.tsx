type Tab = 'slack' | 'tables';

const tabs = [
  { id: 'slack', name: 'Slack' },
  { id: 'tables', name: 'Tables' },
] as const satisfies readonly { readonly id: Tab; readonly name: string }[];

/** On a narrow screen one side is shown at a time. Wide screens show both, and no tabs. */
export function Tabs({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  return (
    <nav class="tabs" aria-label="What is shown">
      <div role="tablist">
        {tabs.map(({ id, name }) => (
          <button key={id} type="button" role="tab" aria-selected={id === tab} onClick={() => onTab(id)}>
            {name}
          </button>
        ))}
      </div>
    </nav>
  );
}
