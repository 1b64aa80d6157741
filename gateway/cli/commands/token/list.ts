/** `isthmus token list`: the tokens that were issued, the newest first. */
import { Command } from 'commander'
import type { Environment } from '../../../config.ts'
import type { IssuedToken } from '../../../store/tokens.ts'
import { statusOf } from '../../../tokens/administration.ts'
import { localIdentities, moment, planNamed } from '../../identities.ts'
import { tokenJson } from './print.ts'

/** Read at once; there may be any number. */
const pageSize = 500

export const listTokensCommand = (env: Environment): Command =>
  new Command('list')
    .description('List the tokens that were issued, the newest first.')
    .argument('[plan]', 'only those of this partner plan or subject')
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- token list harbour-distribution',
    )
    .action(async (named: string | undefined, { json }: { json?: boolean }) => {
      await using identities = await localIdentities(env)
      const subject = named === undefined ? null : planNamed(identities.policy, named).subject
      const found: IssuedToken[] = []
      for (;;) {
        const after = found.at(-1) ?? null
        const page = await identities.administration.page({ subject, limit: pageSize, after })
        found.push(...page)
        if (page.length < pageSize) break
      }
      if (json === true) console.log(JSON.stringify(found.map(tokenJson), null, 2))
      else if (found.length === 0) console.log('No tokens were issued.')
      else for (const token of found) console.log(lineOf(token))
    })

const lineOf = (token: IssuedToken): string =>
  [
    token.id,
    `…${token.lastFour}`,
    statusOf(token, Date.now()).padEnd(7),
    `until ${moment(token.expiresAt).slice(0, 10)}`,
    token.lastUsedAt === null
      ? 'never used          '
      : `used ${moment(token.lastUsedAt).slice(0, 16)}`,
    token.subject,
    token.name,
  ].join('  ')
