/**
 * The store of the data folder into the PostgreSQL that the configuration names: all of it, or nothing.
 * The file is only read. The audit goes along as it was written, where the key is the same: its hashes
 * then hold in the new place as in the old one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { appendInside, verifyInside, type Verified } from '../audit/chain.ts'
import { defaultAudit } from '../audit/config.ts'
import { auditKeys } from '../audit/keys.ts'
import { secretOf } from '../audit/log.ts'
import { ownFile } from '../config/own-places.ts'
import type { Config } from '../config.ts'
import { copyAudit, copyCallers, expectEmpty, type Copied } from '../store/copy.ts'
import { markChanged, openStore, readStoreFile } from '../store/store.ts'
import { commandEntries } from './audited.ts'

export interface MovedStore {
  readonly file: string
  readonly callers: Copied
  /** Null where it was left in the file. */
  readonly audit: Verified | null
}

export interface MoveOptions {
  readonly withAudit: boolean
  /** Who does it, as the audit names it. */
  readonly by: string
}

/** Throws what stands in the way; then nothing was changed in either place. */
export async function moveStore(
  config: Pick<Config, 'store' | 'data' | 'audit'>,
  { withAudit, by }: MoveOptions,
): Promise<MovedStore> {
  const file = fileIn(config)
  const keys = auditKeys(secretOf(config.data, config.audit ?? defaultAudit))
  await using target = await openStore(config.store)
  await expectEmpty(target)
  return await readStoreFile(file, async (from) => {
    const before = withAudit ? await verifyInside(from, keys, null) : null
    if (before !== null) expectWhole(before, config.data)
    return await target.transaction('everything', async (to) => {
      await expectEmpty(to)
      const callers = await copyCallers(from, to)
      if (before !== null) {
        await copyAudit(from, to)
        // What arrived is read back: the server may have another opinion about a text.
        expectWhole(await verifyInside(to, keys, before.head), config.data)
      }
      if (config.audit !== null)
        await appendInside(to, keys, [commandEntries('store move', by)('ANSWERED')])
      await markChanged(to)
      return { file, callers, audit: before }
    })
  })
}

function fileIn({ store, data }: Pick<Config, 'store' | 'data'>): string {
  if (store.kind === 'sqlite') {
    throw new AppError(
      'CONFIGURATION_INVALID',
      'There is no store to move to: name a PostgreSQL as store in config.yaml.',
    )
  }
  const file = ownFile('store', data)
  if (existsSync(file)) return file
  throw new AppError(
    'NOT_FOUND',
    `The data folder ${data} has no store to move: ISTHMUS_DATA says which folder it is.`,
  )
}

function expectWhole({ problems }: Verified, data: string): void {
  if (problems.length === 0) return
  throw new AppError(
    'AUDIT_INVALID',
    [
      'The audit of the file does not verify with audit.key of the configuration, so nothing was moved:',
      ...problems.slice(0, 3).map((problem) => `  ${problem}`),
      `An audit that was kept without audit.key has its key in ${join(data, 'audit.key')}: give that one.`,
      'Or leave the audit in the file: --without-audit',
    ].join('\n'),
  )
}
