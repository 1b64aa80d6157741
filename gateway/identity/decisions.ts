/**
 * What people decide about the crosswalk: a candidate is the customer or is not, two customers are
 * one, a record is somebody else's. Each is kept with who, when and why, and no match undoes it.
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { numberOf, textOf } from '../store/rows.ts'
import { linkRow, type Crosswalk, type KnownCandidate } from './crosswalk.ts'
import { accountsIn, newCustomerId, type Link } from './links.ts'
import type { RecordId } from './records.ts'

export interface Decision {
  readonly by: string
  readonly reason: string | null
  readonly now: Date
}

export interface Decisions {
  /** The Isthmus id that the record belongs to from now on. */
  accept(candidateId: string, decision: Decision): string
  reject(candidateId: string, decision: Decision): KnownCandidate
  /** The second id goes on to resolve to the first. */
  merge(survivor: string, merged: string, decision: Decision): void
  /** Takes records out of a customer; an id that was merged gets back what it brought. */
  split(customerId: string, records: readonly RecordId[], decision: Decision): readonly string[]
}

/** A link or old id that changed its customer: system, value, whether it was the primary one. */
type Moved = readonly [system: string, value: string, isPrimary: boolean]

/** Stands in `Moved` for an id that resolved to the one that was merged. */
const oldIdMark = 'ISTHMUS'

export function createDecisions(crosswalk: Crosswalk): Decisions {
  const { database, insert, transaction } = crosswalk
  const run = (sql: string, ...values: (string | number | null)[]) =>
    void database.prepare(sql).run(...values)
  const linksOf = (customerId: string): readonly Link[] =>
    crosswalk.links().filter((link) => link.customerId === customerId)
  const today = ({ now }: Decision) => now.toISOString().slice(0, 10)
  const note = (decision: Decision, kind: string, about: object) =>
    insert('identity_decision', {
      ...about,
      id: randomUUID(),
      kind,
      decidedBy: decision.by,
      decidedAt: `${decision.now.toISOString().slice(0, 19)}Z`,
      reason: decision.reason,
    })
  const candidateOf = (id: string): KnownCandidate => {
    const found = crosswalk.candidates().find((each) => each.id === id)
    if (found !== undefined) return found
    throw new AppError(
      'NOT_FOUND',
      `There is no candidate "${id}". It may have been decided already; see: isthmus identity candidates`,
    )
  }
  const isTaken = (customerId: string) =>
    crosswalk.aliases().has(customerId) || linksOf(customerId).length > 0

  /** The customer of an account, made where the crosswalk does not know it. */
  function customerOf(crmAccountId: string, decision: Decision): string {
    const known = database
      .prepare(
        `SELECT customerId FROM identity_link WHERE system = 'CRM' AND value = ?
         ORDER BY ifnull(confidence, -1) DESC, customerId LIMIT 1`,
      )
      .get(crmAccountId)
    if (known !== undefined) return textOf(known, 'customerId')
    const customerId = newCustomerId(crmAccountId, isTaken)
    addLink({ customerId, system: 'CRM', value: crmAccountId, matchedBy: 'IMPORT' }, decision)
    return customerId
  }

  function addLink(
    link: Pick<Link, 'customerId' | 'system' | 'value' | 'matchedBy'>,
    decision: Decision,
  ): void {
    const isPrimary = linksOf(link.customerId).every(({ system }) => system !== link.system)
    insert('identity_link', linkRow({ ...link, isPrimary, confidence: 1 }, today(decision)))
  }

  function removeLink({
    customerId,
    system,
    value,
  }: Pick<Link, 'customerId' | 'system' | 'value'>) {
    run(
      'DELETE FROM identity_link WHERE customerId = ? AND system = ? AND value = ?',
      customerId,
      system,
      value,
    )
    givePrimary(customerId, system)
  }

  /** Of the links of a customer in a system one stands for it. */
  function givePrimary(customerId: string, system: string): void {
    run(
      `UPDATE identity_link SET isPrimary = 1
       WHERE customerId = ?1 AND system = ?2 AND value =
         (SELECT min(value) FROM identity_link WHERE customerId = ?1 AND system = ?2)
       AND NOT EXISTS
         (SELECT 1 FROM identity_link WHERE customerId = ?1 AND system = ?2 AND isPrimary = 1)`,
      customerId,
      system,
    )
  }

  const forget = (record: RecordId) =>
    run(
      'DELETE FROM identity_candidate WHERE system = ? AND value = ?',
      record.system,
      record.value,
    )

  function mergeInto(survivor: string, merged: string, decision: Decision): void {
    const [kept, brought] = [linksOf(survivor), linksOf(merged)]
    const moved: Moved[] = brought.map(({ system, value, isPrimary }) => [system, value, isPrimary])
    for (const { system, value, isPrimary } of brought) {
      const isThere = kept.some((link) => link.system === system && link.value === value)
      const hasPrimary = kept.some((link) => link.system === system && link.isPrimary)
      if (isThere) {
        run(
          'DELETE FROM identity_link WHERE customerId = ? AND system = ? AND value = ?',
          merged,
          system,
          value,
        )
      } else {
        run(
          'UPDATE identity_link SET customerId = ?, isPrimary = ? WHERE customerId = ? AND system = ? AND value = ?',
          survivor,
          Number(isPrimary && !hasPrimary),
          merged,
          system,
          value,
        )
      }
    }
    for (const [oldId, customerId] of crosswalk.aliases())
      if (customerId === merged) moved.push([oldIdMark, oldId, false])
    run('UPDATE identity_alias SET customerId = ? WHERE customerId = ?', survivor, merged)
    insert('identity_alias', { oldId: merged, customerId: survivor, since: today(decision) })
    note(decision, 'MERGE', {
      customerId: survivor,
      otherCustomerId: merged,
      moved: JSON.stringify(moved),
    })
    for (const one of accountsIn(kept)) {
      for (const other of accountsIn(brought)) {
        run(
          `DELETE FROM identity_candidate WHERE system = 'CRM' AND
             (value = ?1 AND crmAccountId = ?2 OR value = ?2 AND crmAccountId = ?1)`,
          one,
          other,
        )
      }
    }
  }

  /** Each of the records is from now on known not to be any of these accounts. */
  function part(
    records: readonly RecordId[],
    accounts: readonly string[],
    about: object,
    decision: Decision,
  ) {
    for (const { system, value } of records) {
      for (const crmAccountId of accounts) {
        if (system === 'CRM' && value === crmAccountId) continue
        note(decision, 'SPLIT', { ...about, system, value, crmAccountId })
      }
    }
  }

  function undoMerge(oldId: string, survivor: string, decision: Decision): void {
    const row = database
      .prepare(
        `SELECT moved FROM identity_decision WHERE kind = 'MERGE' AND otherCustomerId = ?
         ORDER BY decidedAt DESC, rowid DESC LIMIT 1`,
      )
      .get(oldId)
    const moved = row === undefined ? [] : (JSON.parse(textOf(row, 'moved')) as readonly Moved[]) // written by a merge
    run('DELETE FROM identity_alias WHERE oldId = ?', oldId)
    for (const [system, value, isPrimary] of moved) {
      if (system === oldIdMark) {
        run('UPDATE identity_alias SET customerId = ? WHERE oldId = ?', oldId, value)
        continue
      }
      run(
        'UPDATE identity_link SET customerId = ?, isPrimary = ? WHERE customerId = ? AND system = ? AND value = ?',
        oldId,
        Number(isPrimary),
        survivor,
        system,
        value,
      )
      givePrimary(survivor, system)
    }
    const accounts = moved.filter(([system]) => system === 'CRM').map(([, value]) => value)
    const parted = accounts.map((value): RecordId => ({ system: 'CRM', value }))
    const about = { customerId: survivor, otherCustomerId: oldId }
    if (parted.length === 0) note(decision, 'SPLIT', about)
    part(parted, accountsIn(linksOf(survivor)), about, decision)
  }

  function takeOut(customerId: string, records: readonly RecordId[], decision: Decision) {
    const own = linksOf(customerId)
    for (const { system, value } of records) {
      if (!own.some((link) => link.system === system && link.value === value)) {
        throw new AppError('NOT_FOUND', `${customerId} has no ${system}:${value}.`)
      }
    }
    const isTakenOut = (link: Link) =>
      records.some(({ system, value }) => link.system === system && link.value === value)
    const left = accountsIn(own.filter((link) => !isTakenOut(link)))
    if (own.every(isTakenOut)) {
      throw new AppError('BAD_USER_INPUT', `${customerId} would have no record left.`)
    }
    const made: string[] = []
    for (const record of records) {
      removeLink({ customerId, ...record })
      if (record.system === 'CRM') made.push(customerOf(record.value, decision))
    }
    part(records, left, { customerId, otherCustomerId: made[0] ?? null }, decision)
    return made
  }

  return {
    accept: (id, decision) =>
      transaction(() => {
        const { system, value, crmAccountId } = candidateOf(id)
        const customerId = customerOf(crmAccountId, decision)
        note(decision, 'ACCEPT', { system, value, crmAccountId, customerId })
        if (system === 'CRM') {
          mergeInto(customerId, customerOf(value, decision), decision)
          run('DELETE FROM identity_candidate WHERE id = ?', id)
          return customerId
        }
        for (const link of crosswalk.links())
          if (link.system === system && link.value === value) removeLink(link)
        addLink({ customerId, system, value, matchedBy: 'MANUAL' }, decision)
        forget({ system, value })
        return customerId
      }),
    reject: (id, decision) =>
      transaction(() => {
        const candidate = candidateOf(id)
        const { system, value, crmAccountId } = candidate
        note(decision, 'REJECT', { system, value, crmAccountId })
        run('DELETE FROM identity_candidate WHERE id = ?', id)
        const links = crosswalk.links()
        for (const link of links) {
          const isIt = system !== 'CRM' && link.system === system && link.value === value
          const isOfAccount = accountsIn(
            links.filter(({ customerId }) => customerId === link.customerId),
          ).includes(crmAccountId)
          if (isIt && isOfAccount) removeLink(link)
        }
        return candidate
      }),
    merge: (survivor, merged, decision) =>
      transaction(() => {
        const aliases = crosswalk.aliases()
        const [one, other] = [aliases.get(survivor) ?? survivor, aliases.get(merged) ?? merged]
        for (const id of [one, other]) {
          if (linksOf(id).length === 0)
            throw new AppError('NOT_FOUND', `The crosswalk has no customer "${id}".`)
        }
        if (one === other)
          throw new AppError('BAD_USER_INPUT', `"${survivor}" and "${merged}" are one customer.`)
        mergeInto(one, other, decision)
      }),
    split: (id, records, decision) =>
      transaction(() => {
        const survivor = crosswalk.aliases().get(id)
        if (survivor !== undefined && records.length === 0) {
          undoMerge(id, survivor, decision)
          return [id]
        }
        if (records.length === 0) {
          throw new AppError(
            'BAD_USER_INPUT',
            `"${id}" was not merged: say which records are somebody else's, such as ERP:200001.`,
          )
        }
        return takeOut(survivor ?? id, records, decision)
      }),
  }
}

/** How many decisions of each kind there are. */
export const countDecisions = ({ database }: Crosswalk): Readonly<Record<string, number>> =>
  Object.fromEntries(
    database
      .prepare('SELECT kind, count(*) AS count FROM identity_decision GROUP BY kind ORDER BY kind')
      .all()
      .map((row) => [textOf(row, 'kind'), numberOf(row, 'count')]),
  )
