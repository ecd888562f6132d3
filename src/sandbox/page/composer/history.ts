/** What each person sent before, for the up arrow; kept while the browser's tab is open. */
const most = 50;

export function sentBefore(user: string): readonly string[] {
  const stored: unknown = JSON.parse(sessionStorage.getItem(keyFor(user)) ?? '[]');
  return Array.isArray(stored) ? stored.map(String) : [];
}

export function rememberSent(user: string, text: string): void {
  const before = sentBefore(user).filter((other) => other !== text);
  sessionStorage.setItem(keyFor(user), JSON.stringify([...before, text].slice(-most)));
}

function keyFor(user: string): string {
  return `pitr-restore sent ${user}`;
}
