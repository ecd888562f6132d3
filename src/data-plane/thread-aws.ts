import { createAws } from '../dynamodb/aws.ts';

/** Of this thread: its own connections and credentials, found by the SDK where the program's are. */
export const aws = createAws();
