import shortcodes from 'emojibase-data/en/shortcodes/iamcal.json' with { type: 'json' };

/** Slack's names of emoji, which are those of iamcal's list. */
const byName = new Map<string, string>();
for (const [hexcode, names] of Object.entries(shortcodes)) {
  for (const name of typeof names === 'string' ? [names] : names) byName.set(name, drawn(hexcode));
}

/** A character that is text by default is asked for in colour. */
function drawn(hexcode: string): string {
  const emoji = String.fromCodePoint(...hexcode.split('-').map((part) => Number.parseInt(part, 16)));
  return hexcode.includes('-') || /^\p{Emoji_Presentation}$/u.test(emoji) ? emoji : `${emoji}\u{FE0F}`;
}

/** The emoji called `name`, without colons; undefined when there is none. */
export function emojiNamed(name: string): string | undefined {
  return byName.get(name);
}

/** Text with `:names:` drawn; what is no emoji's name stays as it is. */
export function withEmoji(text: string): string {
  return text.replace(/:([\w+'-]+):/g, (whole, name: string) => emojiNamed(name) ?? whole);
}
