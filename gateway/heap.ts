/**
 * Keeps resident memory level (`npm run bench:memory`): how far the heap may grow before what is no longer used is taken away. V8's defaults are for programs
 * that end soon: it waits until the heap is four times as large as what lives in it, and gives what is
 * new 130 MB. A gateway keeps its questions for days, and would hold several times what they weigh.
 * V8 reads both numbers at each collection, so they hold from the next one on; how large the heap may
 * become in the end is left to Node.
 */
import { setFlagsFromString } from 'node:v8'

/** To be called once the gateway listens: what is loaded until then stays. */
export function limitHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=80')
  setFlagsFromString('--semi-space-growth-factor=1') // the space of what is new stays as it is
}
