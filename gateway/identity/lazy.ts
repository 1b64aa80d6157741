/**
 * Decisions of a running gateway: the crosswalk is opened for writing by the first one, so that who never
 * decides loads nothing of it.
 */
import { AppError } from '#shared/errors.ts'
import type { Config } from '../config.ts'
import type { Crosswalk } from './crosswalk.ts'
import type { Decisions } from './decisions.ts'

export interface LazyDecisions extends AsyncDisposable {
  open(): Promise<Decisions>
}

export function lazyDecisions(config: Config): LazyDecisions {
  let opening: Promise<Crosswalk> | null = null

  async function openCrosswalk(): Promise<Crosswalk> {
    const { openConfigured, owner } = await import('./local.ts')
    if (config.crosswalk.kind === 'sqlite' && config.system(owner).source === 'http') {
      throw new AppError(
        'FORBIDDEN',
        'This gateway does not have the crosswalk: `crosswalk` of its configuration says where it is.',
      )
    }
    return await openConfigured(config)
  }

  return {
    open: async () => {
      opening ??= openCrosswalk()
      try {
        const crosswalk = await opening
        const { createDecisions } = await import('./decisions.ts')
        return createDecisions({ crosswalk, timeZone: config.timeZone })
      } catch (error) {
        opening = null // the next one tries again
        throw error
      }
    },
    [Symbol.asyncDispose]: async () => {
      const open = opening
      opening = null
      // What failed was told to who asked.
      const crosswalk = await open?.catch(() => undefined)
      await crosswalk?.[Symbol.asyncDispose]()
    },
  }
}
