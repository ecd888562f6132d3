/** A worker that cannot even be loaded. */
throw new Error('out of memory, say');
