/**
 * Keeps resident memory level (`npm run bench:memory`). V8's defaults are for programs that end soon: it
 * waits until the heap is four times as large as what lives in it. That is quickest for long lists, whose
 * rows are gone with their answer. But what is made for a new question lives long, until that is forgotten
 * for a newer one: a gateway with many different questions would hold several times what it needs.
 *
 * V8 reads both numbers at each collection. Only a program that is the gateway alone sets them.
 */
import { setFlagsFromString } from 'node:v8'

/** Percent of what lives in it by which the heap may grow while new questions come. */
const growth = 30

/** How long that holds after the last one, in milliseconds. */
const holdsMs = 10_000

let isOurProcess = false
let timer: NodeJS.Timeout | undefined

/** To be called once the gateway listens. */
export function keepMemoryLevel(): void {
  isOurProcess = true
  setFlagsFromString('--semi-space-growth-factor=1') // the space of what is new stays as it is
}

/** To be called for each question that was not known. */
export function newQuestion(): void {
  if (!isOurProcess) return
  if (timer !== undefined) {
    timer.refresh()
    return
  }
  setFlagsFromString(`--heap-growing-percent=${growth}`)
  timer = setTimeout(() => {
    timer = undefined
    setFlagsFromString('--heap-growing-percent=0') // as V8 thinks best
  }, holdsMs).unref()
}
