#!/usr/bin/env node
import { parseCommandLine } from './cli/arguments.ts';
import { dispatch } from './cli/dispatch.ts';
import { showError } from './cli/show-error.ts';

// A warning about next year's Node versions is for us, who choose the SDK's version; not for somebody in an outage.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

// Whoever reads us may go away (`| head`) or their disk may fill: that must not stop a restore in its middle.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// What nobody caught ends the program as Node would end it, but without the data that a message may quote.
process.once('uncaughtException', (error) => {
  showError(error, process.stderr);
  process.exit(1);
});

try {
  process.exitCode = await dispatch(parseCommandLine(process.argv.slice(2)), process);
} catch (error) {
  process.exitCode = showError(error, process.stderr);
}
