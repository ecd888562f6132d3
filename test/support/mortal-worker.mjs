/** A worker that does what the name of the live table says. */
export async function compareOnThread({ liveTable, port }) {
  if (liveTable === 'exit') process.exit(3);
  if (liveTable === 'throw') {
    setImmediate(() => {
      throw new Error('out of nowhere');
    });
    await new Promise(() => undefined);
  }
  port.close();
  return { kind: 'compared', comparison: 'compared', progress: undefined };
}
