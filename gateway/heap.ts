/**
 * Keeps resident memory level (`npm run bench:memory`). V8's defaults are for programs that end soon: it
 * waits until the heap is four times as large as what lives in it, and gives what is new up to 100 MB.
 * What is made for a new question lives long, until it is forgotten for a newer one: a gateway with many
 * different questions would hold several times what it needs. What is made for an answer is gone with it,
 * and costs little as long as it all fits where what is new stands: in too small a place rows are copied
 * several times before they are gone.
 *
 * V8 reads these numbers at each collection. Only a program that is the gateway alone sets them.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** What the space of what is new may take, in bytes. It doubles, so it ends between half of that and that. */
const maxYoung = 64 * 1024 * 1024

/** Percent of what lives in it by which the heap may grow, and while many new questions come. */
const growth = 100
const slowGrowth = 30

/**
 * As many of them in as long, in milliseconds, are many. A few leave little, and while the heap may not
 * grow, an answer with many rows costs much more.
 */
const many = 10
const countedMs = 10_000

let isOurProcess = false
let timer: NodeJS.Timeout | undefined
let counted = 0
let isSlow = false

/** To be called once the gateway listens. */
export function keepMemoryLevel(): void {
  isOurProcess = true
  setFlagsFromString(`--heap-growing-percent=${growth}`)
  let mayGrow = true
  const decide = () => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    const may = young === undefined || young.space_size * 2 <= maxYoung
    if (may === mayGrow) return
    mayGrow = may
    setFlagsFromString(`--semi-space-growth-factor=${may ? 2 : 1}`)
  }
  decide()
  new PerformanceObserver(decide).observe({ type: 'gc' })
}

/** To be called for each question that was not known. */
export function newQuestion(): void {
  if (!isOurProcess) return
  counted += 1
  if (counted === many) grow(true)
  timer ??= setTimeout(() => {
    timer = undefined
    if (counted < many) grow(false)
    counted = 0
  }, countedMs).unref()
}

function grow(slowly: boolean): void {
  if (slowly === isSlow) return
  isSlow = slowly
  setFlagsFromString(`--heap-growing-percent=${slowly ? slowGrowth : growth}`)
}
