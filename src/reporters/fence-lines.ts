import type { FenceEvent } from '../restore/events.ts';
import {
  fenceLeftSentence,
  fenceLoweredSentence,
  fenceProvenSentence,
  fenceRaisedSentence,
} from '../restore/fence/sentences.ts';
import type { TableFence } from '../restore/fence/table-fence.ts';
import { formatUtc } from './format.ts';
import { debug, info, type Line, oneLine, warning } from './line.ts';

/**
 * What happened to the fence around the table called `name`, which now is `fence`. The policy that the record keeps is
 * never shown.
 */
export function fenceLines(name: string, event: FenceEvent, fence: TableFence | undefined): readonly Line[] {
  switch (event.type) {
    case 'fence-raising':
      return [debug(`Calling PutResourcePolicy for ${event.arn}, statement ${event.sid}`)];
    case 'fence-raised':
      return fence === undefined ? [] : [info(fenceRaisedSentence(name, fence, formatUtc))];
    case 'fence-proven':
      return [info(fenceProvenSentence(name))];
    case 'fence-lowering':
      return [debug(`Taking the fence on ${name} down`)];
    case 'fence-lowered':
      return [info(fenceLoweredSentence(name, event.how))];
    case 'fence-left':
      return warning(oneLine(fenceLeftSentence(name, event, formatUtc)));
  }
}
