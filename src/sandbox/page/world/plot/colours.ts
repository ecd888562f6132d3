import { useEffect } from 'preact/hooks';

/** A colour of the page's theme, as it is now. */
export function colour(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim() || '#888';
}

/** Calls back when the page goes from light to dark or back: what is drawn on a canvas must be drawn anew. */
export function useThemeChange(changed: () => void): void {
  useEffect(() => {
    const watch = new MutationObserver(changed);
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => watch.disconnect();
  }, [changed]);
}
