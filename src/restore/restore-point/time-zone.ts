const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/**
 * Java's three letters, which ICU takes for zones although the IANA database has no such names: IST is Kolkata to it, and
 * Dublin or Jerusalem to others. https://docs.oracle.com/javase/8/docs/api/java/time/ZoneId.html#SHORT_IDS
 */
const javasLetters =
  /^(?:ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST)$/i;

/** True for the names of the IANA database that this machine knows ('Europe/Berlin', 'UTC'); false for offsets. */
export function isTimeZone(zone: string): boolean {
  if (!zoneName.test(zone) || javasLetters.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
