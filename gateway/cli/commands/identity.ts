/** `isthmus identity`: which records of different systems are the same customer. */
import { Command } from 'commander'
import type { Environment } from '../../config.ts'
import { candidatesCommand } from './identity/candidates.ts'
import { acceptCommand, rejectCommand } from './identity/decide.ts'
import { matchCommand } from './identity/match.ts'
import { mergeCommand, splitCommand } from './identity/merge.ts'
import { identityReportCommand } from './identity/report.ts'

export const identityCommand = (env: Environment): Command =>
  new Command('identity')
    .description('Which records of different systems are the same customer.')
    .addCommand(matchCommand(env))
    .addCommand(candidatesCommand(env))
    .addCommand(acceptCommand(env))
    .addCommand(rejectCommand(env))
    .addCommand(mergeCommand(env))
    .addCommand(splitCommand(env))
    .addCommand(identityReportCommand(env))
