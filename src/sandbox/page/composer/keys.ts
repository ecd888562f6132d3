/** What a key means in the composer. */
export type KeyAction = 'send' | 'take' | 'up' | 'down' | 'older' | 'newer' | 'dismiss';

export type Typing = {
  readonly text: string;
  /** Whether completions are offered, and whether one of them was gone to. */
  readonly isOffered: boolean;
  readonly isChosen: boolean;
  /** Whether what stands there was sent before and called back. */
  readonly isRecalled: boolean;
};

/** undefined: the key does what it does in any text. */
export function keyAction(key: string, isShifted: boolean, typing: Typing): KeyAction | undefined {
  if (key === 'Enter' && isShifted) return undefined;
  const { text, isOffered, isChosen, isRecalled } = typing;
  if (isOffered) {
    // Half a command's name is completed, as in Slack; whatever may be a whole command is sent.
    if (key === 'Enter') return isChosen || !text.includes(' ') ? 'take' : 'send';
    if (key === 'Tab' && isShifted) return undefined;
    return offeredKeys[key];
  }
  switch (key) {
    case 'Enter':
      return 'send';
    case 'ArrowUp':
      return text === '' || isRecalled ? 'older' : undefined;
    case 'ArrowDown':
      return isRecalled ? 'newer' : undefined;
    default:
      return undefined;
  }
}

const offeredKeys: Readonly<Record<string, KeyAction>> = {
  Tab: 'take',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Escape: 'dismiss',
};
