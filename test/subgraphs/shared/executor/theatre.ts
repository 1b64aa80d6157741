/**
 * A small subgraph that does everything an answer can run into: values at once and later, errors and
 * missing values at every kind of place, interfaces, unions, entities, lists in lists, arguments.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DataLoader from 'dataloader'
import { openSubgraph, type OpenSubgraph } from '#shared/open.ts'
import { AppError } from '#shared/errors.ts'
import { defineSubgraph, type Resolvers } from '#shared/subgraph.ts'

interface Play {
  readonly id: string
}

/** How a field gives its value: `[fieldName, value]`, by the way in which it comes. */
const ways = {
  now: <Value>(value: Value) => value,
  later: <Value>(value: Value) => Promise.resolve(value),
  slowly: <Value>(value: Value) =>
    new Promise<Value>((resolve) => {
      setTimeout(resolve, 2, value)
    }),
}

const fails = () => {
  throw new AppError('NOT_MAPPED', 'Not here.')
}
const rejects = () => Promise.reject(new AppError('LIST_TOO_LONG', 'Too long.'))
const crashes = () => {
  throw new Error('SELECT secret')
}

interface Theatre {
  readonly loaders: { readonly play: DataLoader<string, Play>; readonly batches: string[][] }
  readonly signal: AbortSignal
}

const plays = (...ids: readonly string[]): readonly Play[] => ids.map((id) => ({ id }))

const resolvers: Resolvers = {
  Query: {
    play: (_: unknown, { id }: { id: string }, { loaders }: Theatre) => loaders.play.load(id),
    plays: () => plays('1', '2', '3'),
    playsLater: () => ways.later(plays('1', '2', '3')),
    playPromises: () => plays('1', '2', '3').map(ways.slowly),
    playSet: () => new Set(plays('1', '2')),
    halfBroken: () => [...plays('1'), new Error('broken'), Promise.reject(new Error('late')), null],
    strictlyBroken: () => [...plays('1'), null],
    notAList: () => 'three',
    grid: () => [[{ id: '1' }, { id: 'bad' }], null, [{ id: '2' }]],
    strictGrid: () => [[{ id: '1' }], [{ id: 'bad' }, { id: '2' }]],
    echo: (_: unknown, args: object) => JSON.stringify(args),
    stage: () => ({ kind: 'MAIN', code: 1, lit: true, ratio: 0.5, opened: '2026-02-01' }),
    badStage: () => ({ kind: 'NONE', code: 'x', lit: 'yes', ratio: 'half', opened: '2026-02-30' }),
    people: () => [
      { __typename: 'Actor', name: 'Ada', role: 'Lear' },
      { __typename: 'Clown', name: 'Bo', trick: 'pie' },
      { __typename: 'Nobody', name: 'Cy' },
      { name: 'Di' },
    ],
    peopleLater: () => [
      { late: 'Actor', name: 'Ada', role: 'Lear' },
      { late: 'Stage' },
      { late: null },
    ],
    required: fails,
    info: (_: unknown, __: unknown, ___: unknown, info: { path: unknown; fieldName: string }) =>
      JSON.stringify([info.fieldName, info.path]),
    abort: (_: unknown, __: unknown, { signal }: Theatre) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ id: '1' }))
      }),
  },
  Play: {
    __resolveReference: ({ id }: Play, { loaders }: Theatre) =>
      id === 'unknown' ? null : loaders.play.load(id),
    title: ({ id }: Play) => `Play ${id}`,
    titleLater: ({ id }: Play) => ways.later(`Play ${id}`),
    sequel: ({ id }: Play, _: object, { loaders }: Theatre) => loaders.play.load(`${id}+`),
    prequel: ({ id }: Play, _: object, { loaders }: Theatre) => loaders.play.load(`${id}-`),
    strict: ({ id }: Play) => (id === '2' || id === 'bad' ? null : id),
    strictLater: ({ id }: Play) => ways.slowly(id === '2' || id === 'bad' ? null : id),
    fails,
    rejects,
    crashes,
    tags: () => ['a', null, 7, {}],
    strictTags: () => ['a', null],
    path: (_: unknown, __: unknown, ___: unknown, { path }: { path: unknown }) =>
      JSON.stringify(path),
    parts: ({ id }: Play) => plays(`${id}.1`, `${id}.2`),
    partsLater: ({ id }: Play) => ways.slowly(plays(`${id}.1`, id)),
  },
  Person: {
    __resolveType: ({ __typename: name, ...person }: { __typename?: string; late?: unknown }) =>
      'late' in person ? ways.slowly(person.late) : name,
  },
  Kind: { MAIN: 'MAIN' },
}

export const theatre = defineSubgraph({
  name: 'theatre',
  schema: new URL('./theatre.graphql', import.meta.url),
  databases: {},
  resolvers,
  loaders: () => {
    const batches: string[][] = []
    return {
      batches,
      play: new DataLoader<string, Play>((ids) => {
        batches.push([...ids])
        return Promise.resolve(ids.map((id) => (id === 'bad' ? new Error('no such play') : { id })))
      }),
    }
  },
})

export interface OpenTheatre extends Disposable {
  readonly subgraph: OpenSubgraph
}

export function openTheatre(): OpenTheatre {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  const subgraph = openSubgraph(theatre, {
    data,
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 1,
    today: () => '2026-06-30',
  })
  return {
    subgraph,
    [Symbol.dispose]: () => {
      subgraph[Symbol.dispose]()
      rmSync(data, { recursive: true })
    },
  }
}
