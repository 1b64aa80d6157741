/**
 * Every relation by itself shows each rule the rows that plain SQL says belong to it, no more and no
 * less: also one that questions only reach behind another one, whose rule would hide a lack here.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { openEmbedded } from '#shared/embedded.ts'
import type { Principal } from '#shared/principal.ts'
import type { Relations } from '#shared/relations.ts'
import { rowRightsOf } from '#shared/row-rights.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { fillPart } from './row-matrix/part.ts'
import { plansOf, type Plan } from './row-matrix/plans.ts'

/** How many rows show and belong, by relation. */
type Judged = Map<string, { shown: number; belong: number }>

describe('every relation', () => {
  let whole: Graph
  let part: Graph
  let plans: readonly Plan[]
  before(async () => {
    whole = await startGraph()
    part = await startGraph()
    plans = await plansOf(whole)
  })
  after(async () => {
    await whole[Symbol.asyncDispose]()
    await part[Symbol.asyncDispose]()
  })

  async function judge(principal: Principal, judged: Judged): Promise<void> {
    for (const system of systems) {
      const { databases } = await definitionOf(system)
      const declared: Relations = Object.assign(
        {},
        ...Object.values(databases).map((each) => each.relations),
      )
      for (const [name, { own: _, ...declaration }] of Object.entries(databases)) {
        using open = openEmbedded(name, join(whole.data, `${name}.sqlite`), declaration)
        using belongs = new DatabaseSync(join(part.data, `${name}.sqlite`), { readOnly: true })
        const db = open.limitedTo({
          rows: rowRightsOf(principal, declared),
          signal: new AbortController().signal,
          deadlineAt: Infinity,
        })
        for (const [relation, { key }] of Object.entries(declaration.relations)) {
          const keyOf = (row: object) => JSON.stringify(Object.values(row).map(String))
          const rows = await db.selectFrom(relation).select(key).execute()
          const expected = belongs
            .prepare(`SELECT ${key.map((each) => `"${each}"`).join()} FROM "${relation}"`)
            .all()
          assert.deepEqual(
            rows.map(keyOf).toSorted(),
            expected.map(keyOf).toSorted(),
            `${name}.${relation}`,
          )
          const sum = judged.get(`${name}.${relation}`) ?? { shown: 0, belong: 0 }
          judged.set(`${name}.${relation}`, {
            shown: sum.shown + rows.length,
            belong: sum.belong + expected.length,
          })
        }
      }
    }
  }

  it('shows each rule what belongs to it', { timeout: 300_000 }, async () => {
    const judged: Judged = new Map()
    for (const { name, principal, belonging, parameters } of plans) {
      await fillPart({ whole: whole.data, part: part.data, belonging, parameters })
      await judge(principal, judged).catch((error: unknown) => {
        throw new Error(`${name}: ${String(error)}`, { cause: error })
      })
    }
    assert.ok(plans.length >= 6 && judged.size > 60, `${judged.size} relations`)
    const seen = [...judged.values()].filter(({ belong }) => belong > 0).length
    assert.ok(seen > 40, `${seen} of them have rows that belong to somebody`)
  })
})
