import type { WebClient } from '@slack/web-api';
import { expect, test } from 'vitest';
import { isSharedOutside } from '../../src/slack/shared.ts';

type Channel = NonNullable<Awaited<ReturnType<WebClient['conversations']['info']>>['channel']>;

test.for<readonly [Channel, boolean]>([
  [{ is_shared: false, is_ext_shared: false }, false],
  [{}, false],
  [{ is_shared: true, is_org_shared: true }, false],
  [{ is_shared: true, is_org_shared: false }, true],
  [{ is_shared: true }, true],
  [{ is_ext_shared: true }, true],
  [{ is_pending_ext_shared: true, is_shared: false }, true],
  [{ is_shared: true, is_org_shared: true, is_ext_shared: true }, true],
])('of a channel with %o it is %s that strangers read it: doctor and the bot say the same', ([channel, expected]) => {
  expect(isSharedOutside(channel)).toBe(expected);
});
