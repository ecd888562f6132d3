/** Text for the composer from anywhere on the page: "try this". */
type Taker = (text: string) => void;

const takers = new Set<Taker>();

/** Puts `text` into the composer of the channel and moves the focus there; nothing is sent. */
export function offerCommand(text: string): void {
  for (const take of takers) take(text);
}

/** The returned function stops. */
export function onOffer(take: Taker): () => void {
  takers.add(take);
  return () => {
    takers.delete(take);
  };
}
