/** Our executor beside graphql-js: everything that a value, an error or a selection can be. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parse, type ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { createExecutor } from '#shared/executor/execute.ts'
import { anyone } from '../../../support/subgraph-fixture.ts'
import { sameAnswers } from './both.ts'
import { openTheatre, type OpenTheatre } from './theatre.ts'

/** Asked of both executors; with variables where there are some. */
const operations: Readonly<Record<string, string | readonly [string, Record<string, unknown>]>> = {
  'values at once': '{ plays { id title } }',
  'values later': '{ playsLater { id titleLater title } }',
  'a list of promises': '{ playPromises { id } }',
  'any iterable': '{ playSet { id } }',
  aliases: '{ a: plays { b: id c: title } d: play(id: "1") { b: title } }',
  'the type name': '{ __typename plays { __typename t: __typename } }',
  'merged selections':
    '{ plays { id } plays { title parts { id } } ... on Query { plays { parts { title } } } }',
  'named fragments, spread twice':
    '{ plays { ...A ...B ...A } } fragment A on Play { id ...B } fragment B on Play { title sequel { id } }',
  'literal conditions':
    '{ plays { id @skip(if: true) title @include(if: false) titleLater @skip(if: false) } }',
  'conditions by variables': [
    'query ($yes: Boolean!, $no: Boolean!) { plays { id @skip(if: $no) title @skip(if: $yes) ... @include(if: $yes) { sequel { id } } } }',
    { yes: true, no: false },
  ],
  'conditions that merge': [
    'query ($x: Boolean!) { plays { sequel @include(if: $x) { id } sequel @skip(if: $x) { title } sequel { __typename } } }',
    { x: false },
  ],
  'nothing left': ['query ($x: Boolean!) { plays { id @include(if: $x) } }', { x: false }],
  'a condition by default': 'query ($x: Boolean = true) { plays { id @skip(if: $x) title } }',
  'a condition that is null': [
    'query ($x: Boolean = true) { plays { id @skip(if: $x) } }',
    { x: null },
  ],
  'arguments of all kinds': [
    `query ($text: String, $count: Int = 3, $filter: Filter, $ids: [ID!], $absent: String) {
      a: echo b: echo(text: null) c: echo(text: $text, count: $count) d: echo(text: $absent)
      e: echo(filter: { text: "x", all: [{ text: "y" }] }) f: echo(filter: $filter, ids: $ids)
      g: echo(ids: "one") h: echo(ids: ["1", $text]) i: echo(filter: { text: $text, date: "2026-01-31" }) }`,
    { text: 't', filter: { text: 'z', date: '2026-02-28' }, ids: [1, 'two'] },
  ],
  'a variable that does not fit': ['query ($count: Int) { echo(count: $count) }', { count: 'x' }],
  'many variables that do not fit': [
    'query ($ids: [ID!], $filter: Filter) { echo(ids: $ids, filter: $filter) }',
    { ids: Array.from({ length: 80 }, () => ({})), filter: { all: [{}], date: 'x' } },
  ],
  'a variable that is missing': 'query ($id: ID!) { play(id: $id) { id } }',
  'a scalar that refuses its literal':
    '{ a: echo(filter: { text: "x", date: "2026-02-30" }) plays { id } }',
  'an argument of a variable without a value':
    'query ($id: ID) { echo(ids: [$id]) play(id: "1") { id } }',
  leaves: '{ stage { kind code lit ratio opened } }',
  'leaves that do not fit': '{ badStage { kind code lit ratio opened } }',
  'leaves in lists': '{ plays { tags } }',
  'strict leaves in lists': '{ plays { strictTags } }',
  'an error in a nullable field': '{ plays { id fails rejects } }',
  'an error that nobody expected': '{ plays { id crashes } }',
  'items that are errors, rejections and null': '{ halfBroken { id } }',
  'an item that must not be null': '{ strictlyBroken { id } }',
  'a list that is none': '{ notAList { id } plays { id } }',
  'a missing value in a strict list': '{ plays { id strict } }',
  'a missing value in a lenient list': '{ playsLater { id strict } }',
  'a missing value that is known later': '{ playsLater { id strictLater title } }',
  'a missing value far down': '{ play(id: "9") { parts { id partsLater { id strictLater } } } }',
  'a missing value under an alias':
    '{ x: playsLater { y: sequel { z: parts { id } } } playsLater { s: strict } }',
  'lists in lists': '{ grid { id title } }',
  'lists in lists with missing values': '{ grid { id strict } }',
  'strict lists in lists with missing values': '{ strictGrid { id strictLater } }',
  'a missing value at the root': '{ plays { id } required }',
  'a rejected load': '{ a: play(id: "bad") { id } b: play(id: "1") { id } }',
  interfaces: '{ people { name ... on Actor { role } ... on Clown { trick } } }',
  'interfaces with merged selections':
    '{ people { __typename ... on Actor { name } ... on Person { n: name } } }',
  'types that are known later': '{ peopleLater { name ... on Actor { role } } }',
  entities: [
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Play { id title sequel { id } } ... on Stage { code } } }',
    {
      r: [
        { __typename: 'Play', id: '1' },
        { __typename: 'Stage', code: 4 },
        { __typename: 'Play', id: 'unknown' },
        { __typename: 'Play', id: 'bad' },
        { __typename: 'Play', id: '1' },
        { __typename: 'Play', id: '2' },
      ],
    },
  ],
  'entities with missing values': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Play { id strictLater } } }',
    {
      r: [
        { __typename: 'Play', id: '1' },
        { __typename: 'Play', id: '2' },
      ],
    },
  ],
  'no entities': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    { r: [] },
  ],
  'an entity of another system': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    { r: [{ __typename: 'Ship', id: '1' }] },
  ],
  'an entity that is none': [
    'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
    { r: [{ __typename: 'Actor', name: 'Ada' }] },
  ],
  'the schema itself':
    '{ __schema { queryType { name } } __type(name: "Play") { name } plays { id } }',
  'the SDL': '{ _service { sdl } }',
  'a response name that is no ordinary property':
    '{ __proto__: plays { id } constructor: stage { code } }',
  'where a resolver is': '{ info playsLater { path sequel { p: path parts { path } } } }',
  'no operation': 'fragment A on Play { id }',
  'two operations': 'query A { plays { id } } query B { plays { title } }',
}

const firstPlay = ({ data }: ExecutionResult): object =>
  (data?.['plays'] as readonly object[] | undefined)?.[0] ?? {}

describe('the executor', () => {
  let open: OpenTheatre
  before(() => {
    open = openTheatre()
  })
  after(() => open[Symbol.dispose]())

  for (const [name, operation] of Object.entries(operations)) {
    it(`answers as graphql-js does: ${name}`, async () => {
      const [document, variables = {}] = typeof operation === 'string' ? [operation] : operation
      const parsed = parse(document)
      // Twice: what was compiled for the first must serve the second.
      await sameAnswers(open.subgraph, { document: parsed, variables })
      await sameAnswers(open.subgraph, { document: parsed, variables })
    })
  }

  it('one document serves all answers to its conditions', async () => {
    const document = parse(
      'query ($x: Boolean!, $y: Boolean!) { plays { id @include(if: $x) title @skip(if: $y) } }',
    )
    for (const x of [true, false, true]) {
      for (const y of [true, false]) {
        await sameAnswers(open.subgraph, { document, variables: { x, y } })
      }
    }
  })

  it('runs the operation that was named', async () => {
    const document = parse('query A { plays { id } } query B { plays { title } }')
    const run = (operationName: string) =>
      open.subgraph.execute({
        document,
        operationName,
        principal: anyone,
        signal: new AbortController().signal,
      })
    assert.deepEqual(Object.keys(firstPlay(await run('A'))), ['id'])
    assert.deepEqual(Object.keys(firstPlay(await run('B'))), ['title'])
    assert.match((await run('C')).errors?.[0]?.message ?? '', /Unknown operation named "C"/)
  })

  it('fields of one level load together, whatever the level above waited for', async () => {
    const batchesOf = async (document: string) => {
      const context = open.subgraph.contextFor({
        principal: anyone,
        signal: new AbortController().signal,
      }) as { loaders: { batches: string[][] } } // see theatre.ts
      const run = createExecutor(open.subgraph.schema)
      const { errors } = await run({
        document: parse(document),
        context,
        signal: new AbortController().signal,
      })
      assert.equal(errors, undefined)
      return context.loaders.batches
    }
    assert.deepEqual(await batchesOf('{ plays { sequel { id } prequel { id } } }'), [
      ['1+', '2+', '3+', '1-', '2-', '3-'],
    ])
    assert.deepEqual(
      await batchesOf('{ playsLater { sequel { sequel { id } } } play(id: "1") { id } }'),
      [
        ['1', '1+', '2+', '3+'],
        ['1++', '2++', '3++'],
      ],
    )
  })

  it('a slow field does not hold up the levels of another', async () => {
    const order: string[] = []
    const run = createExecutor(open.subgraph.schema)
    const context = {
      loaders: {
        play: {
          load: (id: string) => {
            order.push(id)
            return Promise.resolve({ id })
          },
        },
      },
    }
    await run({
      document: parse('{ playPromises { sequel { id } } playsLater { sequel { sequel { id } } } }'),
      context,
      signal: new AbortController().signal,
    })
    // The promises of `playPromises` take milliseconds; what is there at once has gone on by then.
    assert.equal(order.indexOf('3++') < order.lastIndexOf('1+'), true)
  })

  it('once aborted begins no further level, and says the reason', async () => {
    const leaving = new AbortController()
    const pending = open.subgraph.execute({
      document: parse('{ abort { sequel { id } } }'),
      principal: anyone,
      signal: leaving.signal,
    })
    leaving.abort(new AppError('SOURCE_TIMEOUT', 'Too late.'))
    const { data, errors } = await pending
    assert.equal(data, undefined)
    assert.deepEqual(
      errors?.map(({ extensions }) => extensions['code']),
      ['SOURCE_TIMEOUT'],
    )
  })
})
