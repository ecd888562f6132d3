/** The tables, beside the channel. */
export function World({ zone }: { readonly zone: string }) {
  return <p class="muted">The tables come here ({zone}).</p>;
}
