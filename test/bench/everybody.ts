/** Who the systems are asked for by a gateway that knows no callers: one with all rights. */
import type { Principal } from '../../subgraphs/shared/principal.ts'

/** The scopes are those that the schemas name. */
export const everybody = (schemas: readonly string[]): Principal => ({
  subject: 'everybody',
  audience: 'EMPLOYEE',
  scopes: [
    ...new Set(
      schemas.flatMap((sdl) =>
        [...sdl.matchAll(/"([\w-]+:[\w-]+:[\w-]+)"/g)].map(([, scope = '']) => scope),
      ),
    ),
  ],
  facts: {},
  rows: null,
})
