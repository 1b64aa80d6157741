/** For tests that change demo data beneath a gateway in their own process. */
import { setImmediate } from 'node:timers/promises'

/** Until what was read is let go, at the end of its turn of the event loop (subgraphs/shared/embedded.ts). */
export const nobodyReads = (): Promise<void> => setImmediate()
