/**
 * The gateway's own small subgraph: who asks. It holds no business data.
 */
import { openSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { defineSubgraph } from '#shared/subgraph.ts'
import { sourceOf } from '../sources/in-process.ts'
import type { Source } from '../sources/source.ts'
import { platformName, platformSchema } from './schema.ts'

interface Platform {
  readonly principal: Principal
}

const definition = defineSubgraph({
  name: platformName,
  schema: platformSchema,
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

export const platformSource = (): Source =>
  sourceOf(
    platformName,
    openSubgraph(definition, { data: '', timeZone: 'UTC', fiscalYearStartMonth: 1 }),
  )
