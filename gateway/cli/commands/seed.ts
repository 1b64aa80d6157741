/** `isthmus seed`: makes the demo data, or prints its checksum. */
import { setImmediate } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { isDate } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { loadDemo } from '../../demo.ts'
import { demoSecret } from '../../tokens/demo.ts'
import { printEffort } from '../effort.ts'

interface Options {
  readonly size: 'small' | 'medium' | 'large'
  readonly asOf?: string
  readonly checksum?: boolean
}

const date = (value: string): string => {
  if (!isDate(value)) throw new InvalidArgumentError('Expected a date, YYYY-MM-DD.')
  return value
}

export const seedCommand = (env: Environment): Command =>
  new Command('seed')
    .description('Make the demo data in the data folder; what is there is replaced.')
    .addOption(
      new Option('--size <size>', 'how much data')
        .choices(['small', 'medium', 'large'])
        .default('small'),
    )
    .option('--as-of <date>', 'the business date, up to which data is made', date)
    .option('--checksum', 'make nothing; print a SHA-256 over all rows')
    .addHelpText('after', '\nExample:\n  npm run seed -- --size medium --as-of 2026-03-31')
    .action(async ({ size, asOf, checksum }: Options) => {
      const { mode, data } = readConfig(env)
      if (mode !== 'demo') {
        throw new AppError('CONFIGURATION_INVALID', 'Demo data is made in demo mode only.')
      }
      const demo = await loadDemo()
      if (checksum === true) {
        const found = demo.demoState(data)
        if (found.state === 'unusable') throw found.error
        if (found.state === 'absent') {
          throw new AppError('DATABASE_MISSING', 'There is no demo data yet. Run: npm run seed')
        }
        console.log(demo.checksum(data))
        return
      }
      const started = performance.now()
      const steps = demo.seedSteps({ data, size, ...(asOf === undefined ? {} : { asOf }) })
      if (!(await completed(steps))) {
        console.error('stopped: the data folder is as it was')
        return
      }
      demoSecret(data)
      const made = Object.entries(demo.countRows(data)).map(([name, rows]) => `${rows} ${name}`)
      console.error(`made ${made.join(', ')}`)
      printEffort(started)
    })

/** Takes the steps to their end, or to a signal: the first one stops, a second one kills as usual. */
async function completed(steps: Iterable<string | undefined>): Promise<boolean> {
  const stopped = new AbortController()
  for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15 })) {
    process.once(signal, () => {
      process.exitCode = 128 + number // as shells say it
      stopped.abort()
    })
  }
  for (const message of steps) {
    if (message !== undefined) console.error(message)
    await setImmediate() // the steps are synchronous: a signal is heard here only
    if (stopped.signal.aborted) return false // which lets the steps clean up
  }
  return true
}
