/** `isthmus source`: connects a database that a company already has, by SELECTs alone. */
import { Command } from 'commander'
import type { Environment } from '../../config.ts'
import { checkSourceCommand } from './source/check.ts'
import { diffSourceCommand } from './source/diff.ts'
import { initSourceCommand } from './source/init.ts'
import { sampleSourceCommand } from './source/sample.ts'

export const sourceCommand = (env: Environment): Command =>
  new Command('source')
    .description(
      'Connect a database that is already there: propose mappings, check them, look at rows.',
    )
    .addCommand(initSourceCommand(env))
    .addCommand(checkSourceCommand(env))
    .addCommand(diffSourceCommand(env))
    .addCommand(sampleSourceCommand(env))
