/**
 * Which columns are keys of other rows, as relations.ts says it: each leads to one place of the graph,
 * none is forgotten, and in the demo data all but what was left wrong on purpose lead to a row.
 */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { buildASTSchema, isObjectType, parse, type GraphQLSchema } from 'graphql'
import { readFileSync } from 'node:fs'
import { ownerOf } from '../../gateway/cli/commands/source/check/others.ts'
import { declaredSystems, type DeclaredSystem } from '../../gateway/cli/systems.ts'
import { readConfig } from '../../gateway/config.ts'
import { demoData } from '../support/demo-data.ts'

const supergraph = join(import.meta.dirname, '../../gateway/supergraph/supergraph.graphql')

interface Reference {
  readonly system: string
  readonly relation: string
  readonly column: string
  readonly key: `${string}.${string}`
}

/** Names that say nothing of what they are the key of. */
const common: ReadonlySet<string> = new Set(['id', 'code'])

describe('keys of other rows', () => {
  let systems: readonly DeclaredSystem[]
  let references: readonly Reference[]
  let schema: GraphQLSchema
  before(async () => {
    systems = await declaredSystems(readConfig({}))
    references = systems.flatMap(({ name: system, relations }) =>
      Object.entries(relations).flatMap(([relation, { columns }]) =>
        Object.entries(columns).flatMap(([column, { refersTo: key }]) =>
          key === undefined ? [] : [{ system, relation, column, key }],
        ),
      ),
    )
    schema = buildASTSchema(parse(readFileSync(supergraph, 'utf8')), { assumeValid: true })
  })

  it('are fields of a type of the graph that some system keeps', () => {
    assert.ok(references.length > 100, `${references.length} references`)
    for (const { system, relation, column, key } of references) {
      const what = `${system}.${relation}.${column}: ${key}`
      const [type = '', field = ''] = key.split('.')
      const found = schema.getType(type)
      assert.ok(isObjectType(found) && field in found.getFields(), what)
      assert.ok(ownerOf(key, systems), what)
    }
  })

  it('are said of every column that is called like one', () => {
    const keys = new Set(references.map(({ key }) => key))
    const forgotten = systems.flatMap(({ name, relations }) =>
      Object.entries(relations).flatMap(([relation, { entity, columns }]) =>
        Object.entries(columns).flatMap(([column, { type, refersTo }]) => {
          const isKey = type.kind === 'id' && [...keys].some((key) => key.endsWith(`.${column}`))
          const isOwn = keys.has(`${entity}.${column}`)
          const isForgotten = isKey && !isOwn && refersTo === undefined && !common.has(column)
          return isForgotten ? [`${name}.${relation}.${column}`] : []
        }),
      ),
    )
    assert.deepEqual(forgotten, [])
  })

  it('lead to a row in the demo data', () => {
    const data = demoData()
    const lost: string[] = []
    using database = new DatabaseSync(':memory:')
    for (const name of ['identity', ...systems.map((each) => each.name)])
      database.prepare(`ATTACH ? AS ${name}`).run(join(data, `${name}.sqlite`))
    const tableOf = (system: string, relation: string) =>
      `${relation.startsWith('identity_') ? 'identity' : system}.${relation}`
    for (const { system, relation, column, key } of references) {
      const owner = ownerOf(key, systems)
      assert.ok(owner)
      const [row] = database
        .prepare(
          `SELECT count(*) AS lost FROM ${tableOf(system, relation)} WHERE ${column} NOT IN
             (SELECT ${owner.column} FROM ${tableOf(owner.system, owner.relation)} WHERE ${owner.column} IS NOT NULL)`,
        )
        .all()
      if (Number(row?.['lost']) > 0)
        lost.push(`${system}.${relation}.${column}: ${String(row?.['lost'])}`)
    }
    assert.deepEqual(lost, [])
  })
})
