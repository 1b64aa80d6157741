/** A page of the gateway's own rows as a connection (Relay). */
import { pageSize } from '#shared/limits.ts'

export interface PageArgs {
  readonly first?: number | null
  readonly after?: string | null
}

export interface Paged<Row, Position> {
  /** What a cursor means; throws BAD_USER_INPUT. */
  readonly positionOf: (cursor: string) => Position
  readonly cursorOf: (row: Row) => string
  /** The rows after a position. */
  readonly rows: (limit: number, after: Position | null) => Promise<readonly Row[]>
  readonly count: () => Promise<number>
}

export async function pageOf<Row, Position>(
  { first, after }: PageArgs,
  { positionOf, cursorOf, rows, count }: Paged<Row, Position>,
) {
  const size = pageSize(first)
  const position = after == null ? null : positionOf(after)
  const found = await rows(size + 1, position)
  const nodes = found.slice(0, size)
  const [start, end] = [nodes[0], nodes.at(-1)]
  return {
    nodes,
    edges: () => nodes.map((node) => ({ node, cursor: cursorOf(node) })),
    pageInfo: {
      hasNextPage: found.length > size,
      hasPreviousPage: position !== null,
      startCursor: start === undefined ? null : cursorOf(start),
      endCursor: end === undefined ? null : cursorOf(end),
    },
    totalCount: count,
  }
}
