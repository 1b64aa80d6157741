/** `isthmus store move`: the store of the data folder into a PostgreSQL that many machines share. */
import { Command } from 'commander'
import { readConfig, type Environment } from '../../config.ts'
import { typist } from '../identities.ts'
import { moveStore } from '../moved-store.ts'

export const storeCommand = (env: Environment): Command =>
  new Command('store')
    .description("The gateway's own database: tokens, subjects and the audit.")
    .addCommand(moveCommand(env))

const moveCommand = (env: Environment): Command =>
  new Command('move')
    .description(
      'Copy the store of the data folder into the empty PostgreSQL that config.yaml names as store.',
    )
    .option('--without-audit', 'leave the audit in the file, and begin a new one')
    .addHelpText(
      'after',
      `
Stop the gateways first: what they write into the file after this is not in the new store.
All is copied in one transaction, or nothing. The file stays as it is.

Example:
  npm run --silent isthmus -- store move`,
    )
    .action(async ({ withoutAudit = false }: { withoutAudit?: boolean }) => {
      const { file, callers, audit } = await moveStore(readConfig(env), {
        withAudit: !withoutAudit,
        by: typist(),
      })
      console.log(`Copied from ${file} into the store of config.yaml:`)
      for (const [table, what] of Object.entries(names)) {
        console.log(`  ${callers[table] ?? 0} ${what}`)
      }
      if (audit === null) {
        console.log(
          'The audit is still in the file: audit search and audit verify read it with a config.yaml that has the same audit.key and no store.',
        )
      } else {
        console.log(`  ${audit.entries} entries of the audit, which verify there as they did here`)
        console.log(`  head ${audit.head.number}:${audit.head.hash}`)
      }
      console.log('The file is as it was. Start the gateways; keep the file until they run.')
    })

/** What the rows of each table are. */
const names = {
  issued_token: 'tokens',
  subject: 'subjects',
  idempotent_request: 'changes that may be sent again',
  used_assertion: 'client assertions that were used',
} as const
