/**
 * The gateway's own small subgraph: who asks. It holds no business data.
 */
import { readFileSync } from 'node:fs'
import { openSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { defineSubgraph } from '#shared/subgraph.ts'
import { sourceOf } from '../sources/in-process.ts'
import type { Source } from '../sources/source.ts'

export const platformName = 'platform'
const schema = new URL('./schema.graphql', import.meta.url)

interface Platform {
  readonly principal: Principal
}

const definition = defineSubgraph({
  name: platformName,
  schema,
  databases: {},
  loaders: () => ({}),
  resolvers: {
    Query: {
      viewer: (_: unknown, __: object, { principal }: Platform) => principal,
    },
    Viewer: {
      employee: ({ facts }: Principal) =>
        facts.loginId === undefined ? null : { loginId: facts.loginId },
    },
  },
})

export const platformSdl = (): string => readFileSync(schema, 'utf8')

export const platformSource = (): Source =>
  sourceOf(
    platformName,
    openSubgraph(definition, { data: '', timeZone: 'UTC', fiscalYearStartMonth: 1 }),
  )
