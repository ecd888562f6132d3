/** How fast a running restore may read and write its tables; a person may change it at any time. */
export const speeds = ['slow', 'normal', 'fast', 'pause'] as const;
export type Speed = (typeof speeds)[number];

/** Asked before every request to the data plane, so that a change is felt at once. */
export type SpeedNow = () => Speed;

/** Capacity units as AWS counted them in its replies. */
export type Consumed = { readonly readUnits: number; readonly writeUnits: number };
