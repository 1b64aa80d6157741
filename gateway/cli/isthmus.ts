#!/usr/bin/env node
/**
 * The command line. Each command is a file in commands/; this one only names them and says what went
 * wrong: one line with a code, exit code 1; a wrong use of a command exits with 2. What is slow to load
 * (composition, the gateway) is loaded by the action that needs it.
 */
import '../compile-cache.ts'
import { Command, CommanderError } from 'commander'
import { AppError } from '#shared/errors.ts'
import { auditCommand } from './commands/audit.ts'
import { checkCommand } from './commands/check.ts'
import { composeCommand } from './commands/compose.ts'
import { identityCommand } from './commands/identity.ts'
import { reportCommand } from './commands/report.ts'
import { seedCommand } from './commands/seed.ts'
import { serveCommand } from './commands/serve.ts'
import { sourceCommand } from './commands/source.ts'
import { storeCommand } from './commands/store.ts'
import { subgraphCommand } from './commands/subgraph.ts'
import { subjectCommand } from './commands/subject.ts'
import { tokenCommand } from './commands/token.ts'
import { webhookCommand } from './commands/webhook.ts'

const program = new Command('isthmus')
  .description('One GraphQL endpoint over the systems that a company already runs.')
  .exitOverride()
  .showHelpAfterError('Add --help to see how it is used.')

for (const command of [
  composeCommand,
  checkCommand,
  seedCommand,
  tokenCommand,
  subjectCommand,
  auditCommand,
  storeCommand,
  reportCommand,
  webhookCommand,
  identityCommand,
  serveCommand,
  sourceCommand,
  subgraphCommand,
]) {
  program.addCommand(inherit(command(process.env), program))
}

/** A command and those below it: how a wrong use is told and left is the same everywhere. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const below of command.commands) inherit(below, command)
  return command
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else if (error instanceof AppError) {
    console.error(`${error.code}: ${error.message}`)
    process.exitCode = 1
  } else {
    throw error
  }
}
