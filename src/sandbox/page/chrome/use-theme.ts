import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const key = 'pitr-restore theme';

/** Light or dark: what was chosen here, else what the system prefers. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [chosen, setChosen] = useState(readChosen);
  const [preferred, setPreferred] = useState(readPreferred);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => setPreferred(readPreferred());
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  const theme = chosen ?? preferred;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const choose = (next: Theme) => {
    localStorage.setItem(key, next);
    setChosen(next);
  };
  return [theme, choose];
}

function readChosen(): Theme | undefined {
  const stored = localStorage.getItem(key);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
}

function readPreferred(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
