import type { Check } from './check.ts';
import { passed } from './check.ts';

// The port has no limit for a scan, but a segment this small holds next to nothing.
const tiniestSegment = { segment: 0, totalSegments: 1_000_000 };

/** Reads a little, to see whether it may: better now than after an hour of restoring. */
export const tableReadable: Check = {
  name: 'table-readable',
  after: ['table-exists', 'table-active'],
  async look({ ref, aws, signal }) {
    const pages = aws.items.scan({
      ...tiniestSegment,
      table: ref.table,
      consistent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const _ of pages) {
      break;
    }
    return passed(`${ref.table} can be read.`);
  },
};
