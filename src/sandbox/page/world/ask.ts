/** Asks the sandbox something about its world. @throws Error with what the sandbox said, or that it does not answer */
export async function ask<T>(
  path: string,
  query: Readonly<Record<string, string | number>>,
  signal?: AbortSignal,
): Promise<T> {
  const words = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return reply(`${path}?${words}`, signal === undefined ? {} : { signal });
}

/** Does something to the world. @throws Error as {@link ask} */
export async function order<T>(path: string, body: object): Promise<T> {
  return reply(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function reply<T>(path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`/world/${path}`, init);
  const answer = await response.json();
  if (!response.ok) throw new Error(typeof answer.error === 'string' ? answer.error : `${response.status}`);
  return answer;
}
