/** Loaded into a child process before its program: when the parent is gone, however that came, the child is told to stop. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Only listening for that must not keep the child alive.
process.channel?.unref();
