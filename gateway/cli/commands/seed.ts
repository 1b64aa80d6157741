/** `isthmus seed`: makes the demo data, or prints its checksum. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { isDate } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { loadDemo } from '../../demo.ts'
import { demoSecret } from '../../tokens/demo.ts'

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
      demo.seedDemo({
        data,
        size,
        ...(asOf === undefined ? {} : { asOf }),
        onProgress: (message) => console.error(message),
      })
      demoSecret(data)
      console.error(`done in ${((performance.now() - started) / 1_000).toFixed(1)} s`)
    })
