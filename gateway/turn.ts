/**
 * What many requests do at the same moment, done together. A turn is one round of the event loop: when it
 * ends, all sockets that had something to read have been read, and what came has been worked on. A write
 * may wake the process at the other end of its socket, so writes right after one another cost less than
 * the same writes each after the work for it.
 */

/** One result for all who ask before it is made, at the moment that `later` finds for it. */
const together = <Made>(
  later: (work: () => void) => unknown,
  make: () => Made,
): (() => Promise<Made>) => {
  let waiting: PromiseWithResolvers<Made> | null = null
  return () => {
    if (waiting !== null) return waiting.promise
    const mine = Promise.withResolvers<Made>()
    waiting = mine
    later(() => {
      waiting = null
      try {
        mine.resolve(make())
      } catch (error) {
        mine.reject(error)
      }
    })
    return mine.promise
  }
}

/** Reads once for all who come in a turn, when the last of them has come: never older than who asks. */
export const oncePerTurn = <Found>(read: () => Found): (() => Promise<Found>) =>
  together(setImmediate, read)

/** Until all that came in this turn has been worked on. */
export const endOfTurn = together(setImmediate, () => undefined)

/** Until what runs now is done, with all that goes on without waiting for anything outside. */
export const endOfStep = together(
  (work) => process.nextTick(work),
  () => undefined,
)
