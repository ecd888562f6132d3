import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { isTimeZone } from '../../src/restore/restore-point/time-zone.ts';
import { checkWindow } from '../../src/restore/restore-point/window.ts';
import { describeInstant } from '../../src/restore/restore-point/zoned-time.ts';
import { type RestorePointRefusal, readRestorePoint } from '../../src/restore/restore-point.ts';

/**
 * Each line: now in UTC | what is typed | the instant in UTC, worked out by hand from the offsets in force, or the code of
 * the refusal. Lines that start with a zone set it for those below.
 */
const readings = `
Europe/Berlin
# An ordinary Sunday, 10:30 in Berlin (+01:00)
2026-11-22T09:30:00Z | 9am                               | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | at 9am                            | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 11am                              | 2026-11-21T10:00:00Z
2026-11-22T09:30:00Z | 9:15:30 am                        | 2026-11-22T08:15:30Z
2026-11-22T09:30:00Z | 9:15 a.m.                         | 2026-11-22T08:15:00Z
2026-11-22T09:30:00Z | 9.15am                            | 2026-11-22T08:15:00Z
2026-11-22T09:30:00Z | 09:00                             | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 17:30                             | 2026-11-21T16:30:00Z
2026-11-22T09:30:00Z | at 17                             | 2026-11-21T16:00:00Z
2026-11-22T09:30:00Z | midnight                          | 2026-11-21T23:00:00Z
2026-11-22T09:30:00Z | noon                              | 2026-11-21T11:00:00Z
2026-11-22T09:30:00Z | 12 noon yesterday                 | 2026-11-21T11:00:00Z
2026-11-22T09:30:00Z | 12am                              | 2026-11-21T23:00:00Z
2026-11-22T09:30:00Z | 12pm                              | 2026-11-21T11:00:00Z
2026-11-22T09:30:00Z | yesterday 12am                    | 2026-11-20T23:00:00Z
2026-11-22T09:30:00Z | yesterday 9am                     | 2026-11-21T08:00:00Z
2026-11-22T09:30:00Z | Yesterday  9 AM                   | 2026-11-21T08:00:00Z
2026-11-22T09:30:00Z | 9am yesterday                     | 2026-11-21T08:00:00Z
2026-11-22T09:30:00Z | yesterday at 9:15:30 am           | 2026-11-21T08:15:30Z
2026-11-22T09:30:00Z | the day before yesterday at 9am   | 2026-11-20T08:00:00Z
2026-11-22T09:30:00Z | today 9am                         | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | today midnight                    | 2026-11-21T23:00:00Z
2026-11-22T09:30:00Z | monday 9am                        | 2026-11-16T08:00:00Z
2026-11-22T09:30:00Z | sunday 9am                        | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | sunday 11am                       | 2026-11-15T10:00:00Z
2026-11-22T09:30:00Z | last sunday 9am                   | 2026-11-15T08:00:00Z
2026-11-22T09:30:00Z | last friday 17:30                 | 2026-11-20T16:30:00Z
2026-11-22T09:30:00Z | friday 17:30                      | 2026-11-20T16:30:00Z
2026-11-22T09:30:00Z | on fri at 17:30                   | 2026-11-20T16:30:00Z
2026-11-22T09:30:00Z | dec 19 9am                        | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 19 dec 17:30                      | 2025-12-19T16:30:00Z
2026-11-22T09:30:00Z | 17:30 dec 19                      | 2025-12-19T16:30:00Z
2026-11-22T09:30:00Z | 17:30:15 5 nov                    | 2026-11-05T16:30:15Z
2026-11-22T09:30:00Z | December 19th, 2025, 9 AM         | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 19th of december 2025 at 9am      | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 19-dec-2025 09:00                 | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | friday, dec 19 2025 9am           | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | thursday dec 19 2025 9am          | weekday-mismatch
2026-11-22T09:30:00Z | 13/11/2026 9am                    | 2026-11-13T08:00:00Z
2026-11-22T09:30:00Z | 11/13/2026 9am                    | 2026-11-13T08:00:00Z
2026-11-22T09:30:00Z | 11/11/2026 9am                    | 2026-11-11T08:00:00Z
2026-11-22T09:30:00Z | 3.11.2026 9am                     | 2026-11-03T08:00:00Z
2026-11-22T09:30:00Z | 3.11. 9am                         | 2026-11-03T08:00:00Z
2026-11-22T09:30:00Z | 2026/11/03 09:00                  | 2026-11-03T08:00:00Z
2026-11-22T09:30:00Z | 2 hours ago                       | 2026-11-22T07:30:00Z
2026-11-22T09:30:00Z | 90 minutes ago                    | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 2h30m ago                         | 2026-11-22T07:00:00Z
2026-11-22T09:30:00Z | 1 hour and 15 minutes ago         | 2026-11-22T08:15:00Z
2026-11-22T09:30:00Z | an hour ago                       | 2026-11-22T08:30:00Z
2026-11-22T09:30:00Z | half an hour ago                  | 2026-11-22T09:00:00Z
2026-11-22T09:30:00Z | 1.5 hours ago                     | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | ten seconds ago                   | 2026-11-22T09:29:50Z
2026-11-22T09:30:00Z | 3 days ago                        | 2026-11-19T09:30:00Z
2026-11-22T09:30:00Z | 3 days ago at 9am                 | 2026-11-19T08:00:00Z
2026-11-22T09:30:00Z | 9am 3 days ago                    | 2026-11-19T08:00:00Z
2026-11-22T09:30:00Z | a week ago                        | 2026-11-15T09:30:00Z
2026-11-22T09:30:00Z | 1 day 2 hours ago                 | 2026-11-21T07:30:00Z
# What programs write
2026-11-22T09:30:00Z | 2025-12-19T09:00:00Z              | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 2025-12-19t09:00:00z              | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00.000Z          | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+01:00         | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+0100          | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+05:45         | 2025-12-19T03:15:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00:00-05:00         | 2025-12-19T14:00:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00:00 -0500         | 2025-12-19T14:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00-05:00            | 2025-12-19T14:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00                  | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00                  | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19, 09:00:07              | 2025-12-19T08:00:07Z
2026-11-22T09:30:00Z | 2025-12-19 9:00 am                | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 20251219T090000Z                  | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 20251219T0900                     | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00 UTC              | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00:00 CET           | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19 09:00 America/New_York | 2025-12-19T14:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+01:00[Europe/Berlin] | 2025-12-19T08:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+02:00[Europe/Berlin] | several-zones
2026-11-22T09:30:00Z | @1766134800                       | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 1766134800                        | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 1766134800000                     | 2025-12-19T09:00:00Z
2026-11-22T09:30:00Z | 2025-12-19T09:00:00.5Z            | fraction
2026-11-22T09:30:00Z | 1766134800123                     | fraction
2026-11-22T09:30:00Z | 2025-12-19 09:00-10:00            | range
2026-11-22T09:30:00Z | 2025-12-19T24:00:00Z              | no-such-time
2026-11-22T09:30:00Z | 2025-12-19T23:59:60Z              | no-such-time
2026-11-22T09:30:00Z | 2025-13-19T09:00:00Z              | no-such-date
2026-11-22T09:30:00Z | 2025-02-30T09:00:00Z              | no-such-date
2026-11-22T09:30:00Z | 2025-12-19T09:00:00+15:00         | unknown-zone
2026-11-22T09:30:00Z | 2026-11-22T09:30:01Z              | future
2026-11-22T09:30:00Z | 9999999999                        | future
2026-11-22T09:30:00Z | 1899-01-01 09:00                  | too-old
# Zones in words
2026-11-22T09:30:00Z | 9am UTC                           | 2026-11-22T09:00:00Z
2026-11-22T09:30:00Z | 9:00z                             | 2026-11-22T09:00:00Z
2026-11-22T09:30:00Z | 9am +01:00                        | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 9am UTC+1                         | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 9am GMT-5                         | 2026-11-21T14:00:00Z
2026-11-22T09:30:00Z | 9am Asia/Kolkata                  | 2026-11-22T03:30:00Z
2026-11-22T09:30:00Z | yesterday 9am Europe/Berlin       | 2026-11-21T08:00:00Z
2026-11-22T09:30:00Z | yesterday 9am america/los_angeles | 2026-11-21T17:00:00Z
2026-11-22T09:30:00Z | 9am CET                           | 2026-11-22T08:00:00Z
2026-11-22T09:30:00Z | 9am PST                           | 2026-11-21T17:00:00Z
2026-07-22T09:30:00Z | yesterday 9am CET                 | zone-not-in-force
2026-07-22T09:30:00Z | yesterday 9am CEST                | 2026-07-21T07:00:00Z
2026-07-22T09:30:00Z | yesterday 9am EST                 | zone-not-in-force
2026-07-22T09:30:00Z | yesterday 9am PST                 | zone-not-in-force
2026-11-22T09:30:00Z | 9am CST                           | ambiguous-zone
2026-11-22T09:30:00Z | 9am IST                           | ambiguous-zone
2026-11-22T09:30:00Z | 9am BST                           | ambiguous-zone
2026-11-22T09:30:00Z | 9am Mars/Olympus                  | unknown-zone
2026-11-22T09:30:00Z | 9am UTC Europe/Berlin             | several-zones
2026-11-22T09:30:00Z | 9am -05:00                        | range
# Refused, never guessed
2026-11-22T09:30:00Z | today 11am                        | future
2026-11-22T09:30:00Z | tomorrow 9am                      | future
2026-11-22T09:30:00Z | next monday 9am                   | future
2026-11-22T09:30:00Z | in 2 hours                        | future
2026-11-22T09:30:00Z | 2 hours from now                  | future
2026-11-22T09:30:00Z | dec 19 2026 9am                   | future
2026-11-22T09:30:00Z | yesterday                         | date-without-time
2026-11-22T09:30:00Z | 2025-12-19                        | date-without-time
2026-11-22T09:30:00Z | last friday                       | date-without-time
2026-11-22T09:30:00Z | dec 19                            | date-without-time
2026-11-22T09:30:00Z | UTC                               | date-without-time
2026-11-22T09:30:00Z | between 9 and 10                  | range
2026-11-22T09:30:00Z | 9am to 10am                       | range
2026-11-22T09:30:00Z | 9-10am                            | range
2026-11-22T09:30:00Z | 9am – 10am                        | range
2026-11-22T09:30:00Z | yesterday until 9am               | range
2026-11-22T09:30:00Z | 9am and 10am                      | several-times
2026-11-22T09:30:00Z | 2 hours ago 9am                   | several-times
2026-11-22T09:30:00Z | yesterday monday tuesday 9am      | several-dates
2026-11-22T09:30:00Z | yesterday dec 19 9am              | several-dates
2026-11-22T09:30:00Z | yesterday 2 hours ago             | several-dates
2026-11-22T09:30:00Z | yesterday 9am please              | words-left-over
2026-11-22T09:30:00Z | prod yesterday 9am                | words-left-over
2026-11-22T09:30:00Z | not yesterday 9am                 | words-left-over
2026-11-22T09:30:00Z | this friday 9am                   | words-left-over
2026-11-22T09:30:00Z | monday last week 9am              | words-left-over
2026-11-22T09:30:00Z | yesterday 9.30                    | words-left-over
2026-11-22T09:30:00Z | yesterday 0930                    | words-left-over
2026-11-22T09:30:00Z | -2 hours ago                      | not-understood
2026-11-22T09:30:00Z | around 9am                        | vague
2026-11-22T09:30:00Z | before 9am                        | vague
2026-11-22T09:30:00Z | ~9am                              | vague
2026-11-22T09:30:00Z | this morning                      | vague
2026-11-22T09:30:00Z | last night                        | vague
2026-11-22T09:30:00Z | tonight                           | vague
2026-11-22T09:30:00Z | 9 in the morning                  | vague
2026-11-22T09:30:00Z | a few hours ago                   | vague
2026-11-22T09:30:00Z | 03/04/2026 9am                    | ambiguous-date
2026-11-22T09:30:00Z | 3-4-2026 9am                      | ambiguous-date
2026-11-22T09:30:00Z | 3/4 9am                           | ambiguous-date
2026-11-22T09:30:00Z | 13/13/2026 9am                    | no-such-date
2026-11-22T09:30:00Z | 13/11/26 9am                      | two-digit-year
2026-11-22T09:30:00Z | 19 dec 25 9am                     | two-digit-year
2026-11-22T09:30:00Z | dec 19 '25 9am                    | words-left-over
2026-11-22T09:30:00Z | at 9                              | ambiguous-hour
2026-11-22T09:30:00Z | yesterday at 9                    | ambiguous-hour
2026-11-22T09:30:00Z | 9 o'clock                         | ambiguous-hour
2026-11-22T09:30:00Z | friday 17                         | ambiguous-hour
2026-11-22T09:30:00Z | yesterday midnight                | ambiguous-midnight
2026-11-22T09:30:00Z | friday midnight                   | ambiguous-midnight
2026-11-22T09:30:00Z | 24:00                             | no-such-time
2026-11-22T09:30:00Z | yesterday 25:00                   | no-such-time
2026-11-22T09:30:00Z | 9:75                              | no-such-time
2026-11-22T09:30:00Z | 9:5                               | no-such-time
2026-11-22T09:30:00Z | 13pm                              | no-such-time
2026-11-22T09:30:00Z | 0am                               | no-such-time
2026-11-22T09:30:00Z | feb 30 9am                        | no-such-date
2026-11-22T09:30:00Z | 29 feb 2025 9am                   | no-such-date
2026-11-22T09:30:00Z | 9:15:30.5 am                      | fraction
2026-11-22T09:30:00Z | 1.5 days ago                      | fraction
2026-11-22T09:30:00Z | 100 years ago                     | too-old
2026-11-22T09:30:00Z | 🙂                                | not-understood
2026-11-22T09:30:00Z | gestern 9 uhr                     | not-understood
2026-11-22T09:30:00Z | yesterday9am                      | not-understood
# Just after midnight, exactly the time named, a second before it
2026-11-21T23:00:05Z | 9am                               | 2026-11-21T08:00:00Z
2026-11-21T23:00:05Z | yesterday 9am                     | 2026-11-21T08:00:00Z
2026-11-21T23:00:05Z | midnight                          | 2026-11-21T23:00:00Z
2026-11-21T23:00:00Z | midnight                          | 2026-11-21T23:00:00Z
2026-11-21T22:59:59Z | midnight                          | 2026-11-20T23:00:00Z
2026-11-22T08:00:00Z | 9am                               | 2026-11-22T08:00:00Z
2026-11-22T08:00:00Z | today 9am                         | 2026-11-22T08:00:00Z
2026-11-22T07:59:59Z | 9am                               | 2026-11-21T08:00:00Z
2026-11-22T07:59:59Z | today 9am                         | future
2026-11-22T07:59:59Z | sunday 9am                        | 2026-11-15T08:00:00Z
# Clocks forward, 2025-03-30 and 2026-03-29, 02:00 +01:00 becomes 03:00 +02:00
2025-03-30T10:00:00Z | yesterday 9am                     | 2025-03-29T08:00:00Z
2025-03-30T10:00:00Z | 9am                               | 2025-03-30T07:00:00Z
2025-03-31T10:00:00Z | yesterday 9am                     | 2025-03-30T07:00:00Z
2025-03-31T10:00:00Z | yesterday 1:59:59                 | 2025-03-30T00:59:59Z
2025-03-31T10:00:00Z | yesterday 2am                     | clock-change-gap
2025-03-31T10:00:00Z | yesterday 2:30am                  | clock-change-gap
2025-03-31T10:00:00Z | yesterday 3am                     | 2025-03-30T01:00:00Z
2026-03-29T10:00:00Z | yesterday 9am                     | 2026-03-28T08:00:00Z
2026-03-30T06:00:00Z | yesterday 9am                     | 2026-03-29T07:00:00Z
2026-03-30T06:00:00Z | 1 day ago                         | 2026-03-29T06:00:00Z
2026-03-30T06:00:00Z | 2 days ago                        | 2026-03-28T07:00:00Z
2026-03-30T06:00:00Z | 48 hours ago                      | 2026-03-28T06:00:00Z
2026-03-30T00:30:00Z | 1 day ago                         | clock-change-gap
2026-03-29T00:30:00Z | 2:30am                            | 2026-03-28T01:30:00Z
2026-03-29T01:10:00Z | 2:30am                            | clock-change-gap
2026-03-30T06:00:00Z | 2026-03-29T02:30:00               | clock-change-gap
2026-03-30T06:00:00Z | 2026-03-29T02:30:00+01:00         | 2026-03-29T01:30:00Z
# Clocks back, 2025-10-26 and 2026-10-25, 03:00 +02:00 becomes 02:00 +01:00
2025-10-26T10:00:00Z | yesterday 9am                     | 2025-10-25T07:00:00Z
2025-10-27T10:00:00Z | yesterday 9am                     | 2025-10-26T08:00:00Z
2025-10-27T10:00:00Z | yesterday 1:59:59                 | 2025-10-25T23:59:59Z
2025-10-27T10:00:00Z | yesterday 2am                     | clock-change-twice
2025-10-27T10:00:00Z | yesterday 2:59:59                 | clock-change-twice
2025-10-27T10:00:00Z | yesterday 3am                     | 2025-10-26T02:00:00Z
2025-10-27T10:00:00Z | 2025-10-26 02:30:00 CEST          | 2025-10-26T00:30:00Z
2025-10-27T10:00:00Z | 2025-10-26 02:30:00 CET           | 2025-10-26T01:30:00Z
2026-10-25T10:00:00Z | yesterday 9am                     | 2026-10-24T07:00:00Z
2026-10-26T10:00:00Z | yesterday 9am                     | 2026-10-25T08:00:00Z
2026-10-25T10:00:00Z | 2:30am                            | clock-change-twice
2026-10-25T00:45:00Z | 2:30am                            | 2026-10-25T00:30:00Z
2026-10-25T00:45:00Z | today 2:30am                      | 2026-10-25T00:30:00Z
2026-10-26T01:30:00Z | 1 day ago                         | clock-change-twice
2026-10-26T10:00:00Z | 1 day ago                         | 2026-10-25T10:00:00Z
2026-10-26T10:00:00Z | 2 days ago                        | 2026-10-24T09:00:00Z
2026-10-25T03:00:00Z | 2 hours ago                       | 2026-10-25T01:00:00Z
2026-10-25T03:00:00Z | 3 hours ago                       | 2026-10-25T00:00:00Z
# Leap day and year end
2024-03-01T10:00:00Z | yesterday 9am                     | 2024-02-29T08:00:00Z
2024-03-01T10:00:00Z | feb 29 9am                        | 2024-02-29T08:00:00Z
2028-03-01T10:00:00Z | yesterday 9am                     | 2028-02-29T08:00:00Z
2028-03-01T10:00:00Z | 2028-02-29 09:00                  | 2028-02-29T08:00:00Z
2026-03-01T10:00:00Z | feb 29 9am                        | 2024-02-29T08:00:00Z
2026-03-01T10:00:00Z | yesterday 9am                     | 2026-02-28T08:00:00Z
2026-01-01T10:00:00Z | yesterday 9am                     | 2025-12-31T08:00:00Z
2026-01-01T10:00:00Z | dec 31 23:59:59                   | 2025-12-31T22:59:59Z
2026-01-01T10:00:00Z | jan 1 9am                         | 2026-01-01T08:00:00Z
2026-01-01T07:00:00Z | jan 1 9am                         | 2025-01-01T08:00:00Z
2025-12-31T23:30:00Z | yesterday 9am                     | 2025-12-31T08:00:00Z
2026-01-01T10:00:00Z | wednesday 23:59                   | 2025-12-31T22:59:00Z
2026-03-31T10:00:00Z | a month ago                       | no-such-date
2026-03-15T10:00:00Z | a month ago                       | 2026-02-15T10:00:00Z

America/New_York
# Clocks forward 2025-03-09 and 2026-03-08, back 2025-11-02 and 2026-11-01, at 02:00
2025-03-09T16:00:00Z | yesterday 9am                     | 2025-03-08T14:00:00Z
2025-03-10T16:00:00Z | yesterday 9am                     | 2025-03-09T13:00:00Z
2025-03-10T16:00:00Z | yesterday 2:15am                  | clock-change-gap
2025-11-02T16:00:00Z | yesterday 9am                     | 2025-11-01T13:00:00Z
2025-11-03T16:00:00Z | yesterday 9am                     | 2025-11-02T14:00:00Z
2025-11-03T16:00:00Z | yesterday 1:30am                  | clock-change-twice
2026-03-08T16:00:00Z | yesterday 9am                     | 2026-03-07T14:00:00Z
2026-03-09T16:00:00Z | yesterday 9am                     | 2026-03-08T13:00:00Z
2026-11-01T16:00:00Z | yesterday 9am                     | 2026-10-31T13:00:00Z
2026-11-02T16:00:00Z | yesterday 9am                     | 2026-11-01T14:00:00Z
2026-11-02T16:00:00Z | 2026-11-01 01:30 EDT              | 2026-11-01T05:30:00Z
2026-11-02T16:00:00Z | 2026-11-01 01:30 EST              | 2026-11-01T06:30:00Z
# 20:30 on Saturday here, already Sunday in UTC
2026-11-22T01:30:00Z | yesterday 9am                     | 2026-11-20T14:00:00Z
2026-11-22T01:30:00Z | yesterday 9am UTC                 | ambiguous-day
2026-11-22T01:30:00Z | today 1am UTC                     | ambiguous-day
2026-11-22T01:30:00Z | last sunday 9am UTC               | 2026-11-15T09:00:00Z
2026-11-22T01:30:00Z | 9am UTC                           | 2026-11-21T09:00:00Z
2026-11-22T01:30:00Z | 11pm                              | 2026-11-21T04:00:00Z

Asia/Kolkata
2026-11-22T09:30:00Z | yesterday 9am                     | 2026-11-21T03:30:00Z
2026-11-22T09:30:00Z | midnight                          | 2026-11-21T18:30:00Z

Asia/Kathmandu
2026-11-22T09:30:00Z | yesterday 9am                     | 2026-11-21T03:15:00Z
2026-11-22T18:20:00Z | midnight                          | 2026-11-22T18:15:00Z

Australia/Lord_Howe
# Half an hour of summer time: back on 2026-04-05, forward on 2026-10-04, at 02:00
2026-04-05T10:00:00Z | yesterday 9am                     | 2026-04-03T22:00:00Z
2026-04-06T10:00:00Z | yesterday 9am                     | 2026-04-04T22:30:00Z
2026-04-06T10:00:00Z | yesterday 1:45am                  | clock-change-twice
2026-04-06T10:00:00Z | yesterday 1:15am                  | 2026-04-04T14:15:00Z
2026-10-05T10:00:00Z | yesterday 9am                     | 2026-10-03T22:00:00Z
2026-10-05T10:00:00Z | yesterday 2:15am                  | clock-change-gap
2026-10-05T10:00:00Z | yesterday 2:30am                  | 2026-10-03T15:30:00Z

America/St_Johns
# -03:30, and -02:30 in summer, from 2026-03-08
2026-03-08T16:00:00Z | yesterday 9am                     | 2026-03-07T12:30:00Z
2026-03-09T16:00:00Z | yesterday 9am                     | 2026-03-08T11:30:00Z

Africa/Casablanca
# +01:00, but +00:00 in Ramadan, 2026-02-15 to 2026-03-22
2026-02-14T12:00:00Z | yesterday 9am                     | 2026-02-13T08:00:00Z
2026-03-01T12:00:00Z | yesterday 9am                     | 2026-02-28T09:00:00Z
2026-03-24T12:00:00Z | yesterday 9am                     | 2026-03-23T08:00:00Z
2026-03-23T12:00:00Z | yesterday 2:30am                  | clock-change-gap

Pacific/Apia
# 2011-12-30 was skipped: -10:00 until the 29th, +14:00 from the 31st
2011-12-31T02:00:00Z | today 9am                         | 2011-12-30T19:00:00Z
2011-12-31T02:00:00Z | yesterday 9am                     | clock-change-gap
2011-12-31T02:00:00Z | 2 days ago 9am                    | 2011-12-29T19:00:00Z
2011-12-31T02:00:00Z | 2011-12-30 12:00                  | clock-change-gap

UTC
2026-11-22T09:30:00Z | yesterday 9am                     | 2026-11-21T09:00:00Z
2026-11-22T09:30:00Z | 9am CET                           | 2026-11-22T08:00:00Z
`;

type Row = { readonly zone: string; readonly now: string; readonly words: string; readonly expected: string };

function rowsOf(table: string): readonly Row[] {
  let zone = '';
  return table.split('\n').flatMap((line): Row[] => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [now = '', words, expected] = line.split(' | ').map((cell) => cell.trim());
    if (words === undefined || expected === undefined) {
      zone = now;
      return [];
    }
    return [{ zone, now, words, expected }];
  });
}

const rows = rowsOf(readings);
const sunday = Date.parse('2026-11-22T09:30:00Z');

function read(words: string, now: number = sunday, zone = 'Europe/Berlin'): string {
  const reading = readRestorePoint(words, now, zone);
  if (reading.kind === 'instant') return iso(reading.at);
  return reading.kind === 'latest' ? 'latest' : reading.refusal.code;
}

function refusalOf(words: string, now: number = sunday, zone = 'Europe/Berlin'): RestorePointRefusal {
  const reading = readRestorePoint(words, now, zone);
  if (reading.kind !== 'refused') throw new Error(`"${words}" was accepted`);
  return reading.refusal;
}

function iso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** The wall clock of a zone, from the machine's own tables. */
function wallClock(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

describe('words, now and zone make one instant or a refusal', () => {
  test('the table is read whole', () => {
    expect(rows.length).toBeGreaterThan(230);
    expect(new Set(rows.map(({ zone }) => zone)).size).toBe(9);
  });

  test.for(rows)('$words, asked at $now in $zone: $expected', ({ words, now, zone, expected }) => {
    expect(read(words, Date.parse(now), zone)).toBe(expected);
  });

  test.for(rows.filter(({ words, expected }) => /^\S+ 9am$/.test(words) && expected.startsWith('20')))(
    'the wall clock of $zone shows 9:00 at the instant read from "$words" at $now',
    ({ zone, expected }) => {
      expect(wallClock(Date.parse(expected), zone).slice(11)).toBe('09:00:00');
    },
  );
});

describe('the latest moment', () => {
  test.for(['', '   ', 'now', 'Latest', ' NOW '])('"%s" means the latest restorable moment', (words) => {
    expect(read(words)).toBe('latest');
  });

  test('a word more is not the latest moment', () => {
    expect(read('now 9am')).toBe('words-left-over');
    expect(read('latest please')).toBe('not-understood');
  });

  test('milliseconds of the present do not make a past second the future', () => {
    expect(read('9:30 UTC', sunday + 999)).toBe('2026-11-22T09:30:00Z');
    expect(read('1 second ago', sunday + 999)).toBe('2026-11-22T09:29:59Z');
  });
});

describe('a refusal says what to type instead', () => {
  test.for(rows.filter(({ expected }) => !expected.startsWith('20')))(
    'every example for $words at $now in $zone is accepted, and quoted in the hint',
    ({ words, now, zone }) => {
      const refusal = refusalOf(words, Date.parse(now), zone);
      expect(refusal.message).not.toBe('');
      expect(refusal.examples.length).toBeGreaterThan(0);
      for (const example of refusal.examples) {
        expect(refusal.hint).toContain(`"${example}"`);
        expect(readRestorePoint(example, Date.parse(now), zone).kind).not.toBe('refused');
      }
      for (const { at, type } of refusal.candidates ?? []) {
        expect(readRestorePoint(type, Date.parse(now), zone)).toEqual({ kind: 'instant', at });
      }
    },
  );

  test.for([
    ['yesterday 2:30am', '2026-10-26T10:00:00Z', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'],
    ['yesterday 2:30am', '2026-03-30T10:00:00Z', 'Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29T01:00:00Z'],
    ['yesterday 1:45am', '2026-04-06T10:00:00Z', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    ['yesterday 9am', '2011-12-31T02:00:00Z', 'Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-30T10:00:00Z'],
    ['03/04/2026 9am', '2026-11-22T09:30:00Z', 'Europe/Berlin', '2026-03-04T08:00:00Z', '2026-04-03T07:00:00Z'],
    ['yesterday at 9', '2026-11-22T09:30:00Z', 'Europe/Berlin', '2026-11-21T08:00:00Z', '2026-11-21T20:00:00Z'],
    ['yesterday midnight', '2026-11-22T09:30:00Z', 'Europe/Berlin', '2026-11-20T23:00:00Z', '2026-11-21T23:00:00Z'],
    ['yesterday 9am UTC', '2026-11-22T01:30:00Z', 'America/New_York', '2026-11-21T09:00:00Z', '2026-11-20T09:00:00Z'],
    ['yesterday 9am CET', '2026-07-22T09:30:00Z', 'Europe/Berlin', '2026-07-21T07:00:00Z', '2026-07-21T08:00:00Z'],
    ['2025-12-19T09:00:00.5Z', '2026-11-22T09:30:00Z', 'Europe/Berlin', '2025-12-19T09:00:00Z', '2025-12-19T09:00:01Z'],
  ] as const)('%s, asked at %s in %s, offers %s and %s', ([words, now, zone, first, second]) => {
    const { candidates = [] } = refusalOf(words, Date.parse(now), zone);
    expect(candidates.map(({ at }) => iso(at))).toEqual([first, second]);
  });

  test('the two passes of a repeated hour are told apart by name', () => {
    const { candidates = [] } = refusalOf('yesterday 2:30am', Date.parse('2026-10-26T10:00:00Z'));
    expect(candidates.map(({ label }) => label)).toEqual([
      '2026-10-25 02:30:00 CEST, 33 h 30 min ago',
      '2026-10-25 02:30:00 CET, 32 h 30 min ago',
    ]);
  });

  test('words left over are named, and the rest is offered', () => {
    const refusal = refusalOf('prod Yesterday 9am pretty please');
    expect(refusal.message).toContain('"prod", "pretty", "please"');
    expect(refusal.examples).toEqual(['Yesterday 9am']);
  });
});

describe('strange input is refused quickly', () => {
  const strange = {
    'ten thousand digits': '9'.repeat(10_000),
    'ten thousand spaces between words': `yesterday${' '.repeat(10_000)}9am`,
    'a NUL byte': 'yesterday\0 9am',
    'a bell': '\u0007',
    'half an emoji': '\ud83d 9am',
    'two hundred times "a "': 'a '.repeat(100),
    'two hundred digits with dots': '1.'.repeat(100),
    'many amounts without "ago"': '1 h '.repeat(50),
    'many slashes': 'a/'.repeat(100),
    'many commas': ','.repeat(200),
    'full-width figures': '９am',
    'a prototype key for a zone': '9am constructor',
  };

  test.for(Object.entries(strange))('%s', ([, words]) => {
    read('9am'); // chrono compiles its patterns on first use
    const started = performance.now();
    expect(readRestorePoint(words, sunday, 'Europe/Berlin').kind).toBe('refused');
    expect(performance.now() - started).toBeLessThan(250);
  });

  test('a message quotes no control characters and no endless text', () => {
    const { message } = refusalOf('x\u0007\u202e'.repeat(50));
    expect(message).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(message.length).toBeLessThan(250);
  });

  test('a zone that does not exist is the caller’s mistake', () => {
    expect(() => readRestorePoint('9am', sunday, 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('laws', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/St_Johns',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Pacific/Chatham',
    'UTC',
  ];
  const zone = fc.constantFrom(...zones);
  const second = (from: string, to: string) =>
    fc.integer({ min: Date.parse(from) / 1000, max: Date.parse(to) / 1000 }).map((seconds) => seconds * 1000);
  const now = second('2024-01-01T00:00:00Z', '2030-01-01T00:00:00Z');
  const secondsBack = fc.integer({ min: 0, max: 35 * 86_400 });

  test('a local wall-clock time reads back to itself, unless the clocks were changed over it', () => {
    fc.assert(
      fc.property(now, secondsBack, zone, (asked, back, where) => {
        const at = asked - back * 1000;
        const reading = readRestorePoint(wallClock(at, where), asked, where);
        if (reading.kind === 'instant') expect(reading.at).toBe(at);
        else {
          expect(reading.kind === 'refused' && reading.refusal.code).toBe('clock-change-twice');
          expect(reading.kind === 'refused' && reading.refusal.candidates?.map((one) => one.at)).toContain(at);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the local text that we print reads back to the same instant, in every zone this machine knows', () => {
    fc.assert(
      fc.property(now, secondsBack, fc.constantFrom(...Intl.supportedValuesOf('timeZone')), (asked, back, where) => {
        const at = asked - back * 1000;
        const { local, utc } = describeInstant(at, asked, where);
        expect(readRestorePoint(local, asked, where)).toEqual({ kind: 'instant', at });
        expect(readRestorePoint(utc, asked, where)).toEqual({ kind: 'instant', at });
      }),
      { numRuns: 1000 },
    );
  });

  test('ISO text with Z or an offset reads back exactly, whatever the asker’s zone', () => {
    fc.assert(
      fc.property(now, secondsBack, zone, fc.integer({ min: -48, max: 56 }), (asked, back, where, quarters) => {
        const at = asked - back * 1000;
        const minutes = Math.abs(quarters) * 15;
        const hhmm = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
        const local = new Date(at + quarters * 15 * 60_000).toISOString().slice(0, 19);
        const text = `${local}${quarters < 0 ? '-' : '+'}${hhmm}`;
        expect(readRestorePoint(text, asked, where)).toEqual({ kind: 'instant', at });
        expect(readRestorePoint(iso(at), asked, where)).toEqual({ kind: 'instant', at });
      }),
    );
  });

  test('no words whatever throw, reach the future, or name part of a second; every example is accepted', () => {
    const word = fc.constantFrom(
      ...'yesterday|today|monday|last|friday|dec|19|2025|feb|29|9am|9:15|17:30|midnight|noon|at|on|2|hours|days|ago|a|UTC|CET|+01:00|Europe/Berlin|/|-|,|and|2026-03-29|02:30|03/04/2026|T|Z|next|week|.|:'.split(
        '|',
      ),
    );
    const words = fc.oneof(
      fc.array(word, { maxLength: 7 }).map((all) => all.join(' ')),
      fc.array(word, { maxLength: 7 }).map((all) => all.join('')),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    fc.assert(
      fc.property(words, now, zone, (text, asked, where) => {
        const reading = readRestorePoint(text, asked, where);
        if (reading.kind === 'instant') {
          expect(reading.at).toBeLessThanOrEqual(asked);
          expect(reading.at % 1000).toBe(0);
        }
        if (reading.kind !== 'refused') return;
        expect(reading.refusal.examples.length).toBeGreaterThan(0);
        for (const example of reading.refusal.examples) {
          expect(readRestorePoint(example, asked, where).kind).not.toBe('refused');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the restorable window', () => {
  const window = {
    earliest: Date.parse('2026-10-18T09:30:00.400Z'),
    latest: Date.parse('2026-11-22T09:25:00.900Z'),
    label: 'quotes-prod',
  };
  const check = (at: string) => checkWindow(Date.parse(at), window, sunday, 'Europe/Berlin');

  test('both ends belong to it, rounded inwards to whole seconds', () => {
    expect(check('2026-10-18T09:30:01Z')).toBeUndefined();
    expect(check('2026-11-22T09:25:00Z')).toBeUndefined();
    expect(check('2026-10-18T09:30:00Z')?.code).toBe('too-old');
    expect(check('2026-11-22T09:25:01Z')?.code).toBe('too-recent');
  });

  test.for(['2026-10-01T00:00:00Z', '2026-11-22T09:29:00Z'])('%s is refused with both exact bounds', (at) => {
    const refusal = check(at);
    for (const text of ['2026-10-18 11:30:01 CEST', '2026-10-18T09:30:01Z', '2026-11-22 10:25:00 CET', 'quotes-prod']) {
      expect(refusal?.message).toContain(text);
    }
  });

  test.for(['2026-10-01T00:00:00Z', '2026-11-22T09:29:00Z'])('what to type instead of %s is in the window', (at) => {
    const examples = check(at)?.examples ?? [];
    expect(examples).not.toHaveLength(0);
    for (const example of examples) {
      const reading = readRestorePoint(example, sunday, 'Europe/Berlin');
      if (reading.kind === 'instant') expect(checkWindow(reading.at, window, sunday, 'Europe/Berlin')).toBeUndefined();
      else expect(reading.kind).toBe('latest');
    }
  });

  test('a table with a window of a minute gets an example inside it', () => {
    const short = { earliest: sunday - 400_000, latest: sunday - 340_000 };
    const [example = ''] = checkWindow(sunday - 500_000, short, sunday, 'UTC')?.examples ?? [];
    expect(read(example, sunday, 'UTC')).toBe('2026-11-22T09:24:20Z');
  });
});

describe('how an instant is written', () => {
  const at = Date.parse('2026-11-21T08:00:00Z');

  test.for([
    ['Europe/Berlin', '2026-11-21 09:00:00 CET'],
    ['Europe/Paris', '2026-11-21 09:00:00 CET'],
    ['Europe/London', '2026-11-21 08:00:00 GMT'],
    ['America/New_York', '2026-11-21 03:00:00 EST'],
    ['America/Phoenix', '2026-11-21 01:00:00 MST'],
    ['America/Chicago', '2026-11-21 02:00:00 -06:00'],
    ['Asia/Kolkata', '2026-11-21 13:30:00 +05:30'],
    ['Asia/Kathmandu', '2026-11-21 13:45:00 +05:45'],
    ['UTC', '2026-11-21 08:00:00 UTC'],
  ])('in %s as %s', ([zone = '', local]) => {
    expect(describeInstant(at, sunday, zone).local).toBe(local);
  });

  test('in summer with the letters of summer', () => {
    expect(describeInstant(Date.parse('2026-07-21T08:00:00Z'), sunday, 'Europe/Berlin').local).toBe(
      '2026-07-21 10:00:00 CEST',
    );
  });

  test.for([
    [0, '0 s ago'],
    [45, '45 s ago'],
    [60, '1 min ago'],
    [90, '1 min 30 s ago'],
    [3600, '1 h ago'],
    [26 * 3600 + 14 * 60 + 59, '26 h 14 min ago'],
    [48 * 3600, '2 d ago'],
    [76 * 3600 + 60, '3 d 4 h ago'],
    [-300, 'in 5 min'],
  ] as const)('%i seconds are "%s"', ([seconds, ago]) => {
    expect(describeInstant(sunday - seconds * 1000, sunday, 'UTC').ago).toBe(ago);
  });

  test('in UTC as ISO 8601', () => {
    expect(describeInstant(at, sunday, 'Asia/Tokyo').utc).toBe('2026-11-21T08:00:00Z');
  });
});

describe('time zones', () => {
  test.for([...new Set(rows.map(({ zone }) => zone)), 'Europe/Kyiv', 'europe/berlin', 'Etc/GMT+1'])(
    '%s is one',
    (zone) => {
      expect(isTimeZone(zone)).toBe(true);
    },
  );

  test.for([
    '',
    ' ',
    'Mars/Olympus',
    '+01:00',
    'Z',
    'PST',
    'ist',
    'Europe/Berlin ',
    'Europe/',
    '../etc',
    'a'.repeat(5000),
  ])('"%s" is none', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });

  test('are those that Temporal knows by name, so that each can be read with', () => {
    const javas = 'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST';
    const candidates = ['EST', 'HST', 'MST', 'CET', 'GMT', 'UCT', 'ROK', 'PST8PDT', 'Zulu', ...javas.split(' ')];
    for (const zone of [...Intl.supportedValuesOf('timeZone'), ...candidates]) {
      expect({ zone, known: isTimeZone(zone) }).toEqual({ zone, known: isKnownToTemporal(zone) });
    }
  });
});

function isKnownToTemporal(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}
