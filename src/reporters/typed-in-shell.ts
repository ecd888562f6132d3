/**
 * A hint of the core as it is typed in a shell. Its commands are bare and in backticks, because every surface has its own
 * way to type them; a shell would carry out what stands in backticks.
 */
export function typedInShell(hint: string): string {
  const commands = /`((?:undo|cancel|resume|status|history|cleanup|drill|audit verify)(?: [\w-]+)*)`/g;
  return hint.replaceAll(commands, "'pitr-restore $1'").replaceAll('`list`', "'pitr-restore --list-restore-points'");
}
